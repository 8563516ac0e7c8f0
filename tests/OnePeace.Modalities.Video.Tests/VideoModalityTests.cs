using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text.Json.Nodes;
using OnePeace.Engine.Plugins;
using OnePeace.Modalities.Video.Decoding;
using OnePeace.Transformer;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Video.Tests;

public class VideoModalityTests
{
    private static readonly string _plugin =
        AppContext.BaseDirectory.Replace("tests/OnePeace.Modalities.Video.Tests", "modalities/OnePeace.Modalities.Video", StringComparison.Ordinal);

    private static readonly CoreShape _shape = new() { Width = 16, Heads = 2, Layers = 2, ExpertWidth = 8 };

    [Fact]
    public void The_images_options_are_the_videos_and_frames_are_eight()
    {
        var image = new ModalityOptions((JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(Clips.Root, "models/demo/modalities/image/modality.json")))!["options"]!);
        var options = new VideoModality().CompleteOptions(image, new Dictionary<string, long[]>());
        Assert.Equal(8, options.Int32("frames", 0));
        Assert.Equal(64, options.Int32("image_size", 0));
        Assert.True(options.Boolean("use_attn_bias", false));
    }

    [Fact]
    public void Frames_are_read_off_the_weights_unless_they_are_set()
    {
        var shapes = new Dictionary<string, long[]> { ["adapter.temporal_embed"] = [12, 64], ["adapter.pos_embed"] = [17, 64] };
        Assert.Equal(12, new VideoModality().CompleteOptions(new ModalityOptions(), shapes).Int32("frames", 0));
        Assert.Equal(5, new VideoModality().CompleteOptions(new ModalityOptions().With("frames", 5), shapes).Int32("frames", 0));
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(65, 64)]
    [InlineData(64, 1024)]
    [InlineData(8, 100)]
    public void Frames_out_of_range_or_too_large_together_are_refused(int frames, int size)
    {
        var options = new ModalityOptions().With("frames", frames).With("image_size", size);
        Assert.Throws<InvalidDataException>(() => new VideoModality().CreatePreprocessor(options));
        Assert.Throws<InvalidDataException>(() => new VideoModality().CreateAdaptor(_shape, options));
    }

    [Fact]
    public void Positions_in_time_are_added_stretched_or_left_and_the_pairs_embedding_is_dropped()
    {
        using var scope = NewDisposeScope();
        var options = new ModalityOptions().With("frames", 4).With("bucket_size", 4).With("rel_bucket_size", 4);
        Dictionary<string, Tensor> weights = new() { ["adapter.pos_embed"] = ones(17, 16), ["adapter.type_embedding_2"] = ones(1, 1, 16) };
        new VideoModality().UpgradeWeights(weights, _shape, options);
        Assert.Equal(["adapter.pos_embed", "adapter.temporal_embed"], weights.Keys.Order());
        Assert.Equal([4, 16], weights["adapter.temporal_embed"].shape);
        Assert.Equal(0, weights["adapter.temporal_embed"].abs().max().item<float>());

        weights["adapter.temporal_embed"] = arange(2, ScalarType.Float32).unsqueeze(1).expand(2, 16).clone();
        new VideoModality().UpgradeWeights(weights, _shape, options);
        Assert.Equal([0, 0.25f, 0.75f, 1], weights["adapter.temporal_embed"].narrow(1, 3, 1).flatten().data<float>().ToArray());
        var left = weights["adapter.temporal_embed"];
        new VideoModality().UpgradeWeights(weights, _shape, options);
        Assert.Same(left, weights["adapter.temporal_embed"]);
    }

    [Fact]
    public void The_description_names_the_modality_and_samples_that_need_no_other_program()
    {
        var folder = Path.Combine(Clips.Root, "modalities/OnePeace.Modalities.Video");
        var description = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "modality.json")))!;
        Assert.Equal(new VideoModality().Name, (string)description["name"]!);
        var canaries = description["canaries"]!.AsArray().Select(c => File.ReadAllBytes(Path.Combine(folder, (string)c!))).ToArray();
        var prepared = canaries.Select(c => Clips.Preprocessor().Prepare(c)).ToArray();
        Assert.Equal([8, 8, 1], prepared.Select(p => p.Fields[1].Value.Shape[0]));
        Assert.All(canaries, c => Assert.False(new FfmpegClipDecoder(new ClipLimits()).Reads(c)));
        Assert.Equal((8 * 256) + 1, (int)description["limits"]!["max_tokens"]!);
    }

    [Fact]
    public void The_plugin_brings_the_image_library_and_nothing_of_the_host()
    {
        var files = Directory.GetFiles(_plugin, "*", SearchOption.AllDirectories).Select(Path.GetFileName).ToHashSet();
        Assert.Contains("OnePeace.Modalities.Image.dll", files);
        Assert.Contains("libSkiaSharp.so", files);
        Assert.DoesNotContain("OnePeace.Modalities.dll", files);
        Assert.DoesNotContain("TorchSharp.dll", files);
        Assert.Single(files, f => f!.EndsWith(".deps.json", StringComparison.Ordinal));
    }

    [Fact]
    public void The_plugin_is_loaded_on_its_own_works_and_is_collected_after()
    {
        var context = WorkAndUnload();
        for (var i = 0; i < 20 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.False(context.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference WorkAndUnload()
    {
        using var scope = NewDisposeScope();
        using var plugin = PluginLoader.Load(_plugin);
        var context = AssemblyLoadContext.GetLoadContext(plugin.Modality.GetType().Assembly)!;
        Assert.NotSame(AssemblyLoadContext.Default, context);
        Assert.Same(context, AssemblyLoadContext.GetLoadContext(context.LoadFromAssemblyName(new("OnePeace.Modalities.Image"))));
        var options = plugin.Modality.CompleteOptions(new ModalityOptions().With("image_size", 64).With("bucket_size", 4), new Dictionary<string, long[]>());
        var clip = plugin.Modality.CreatePreprocessor(options).PrepareAsync(new RawInput(File.ReadAllBytes(Path.Combine(Clips.Samples, "bounce.gif"))), default);
        Assert.Equal(129, clip.AsTask().GetAwaiter().GetResult().Tokens);
        using var module = new ModalityModule(plugin.Modality, _shape, options);
        using var tokens = module.Adaptor.call(DemoModel.Batch(DemoModel.Noise(2, 1))).Embeddings;
        Assert.Equal([1, 33, 16], tokens.shape);
        return new WeakReference(context);
    }
}
