using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using OnePeace.Client;
using OnePeace.Engine;
using OnePeace.Engine.Plugins;
using OnePeace.Platform.Tests.Processes;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Platform.Tests;

/// <summary>One input has one vector, whichever way it goes in and whatever shares its batch.</summary>
public sealed class SameVectorsTests : IDisposable
{
    private const double Tolerance = 1e-6;

    private static readonly string[] Texts = ["a cat", "two dogs run over a wet meadow, one of them barking", "", "Ein Satz mit Umlauten: äöü", "!"];
    private static readonly string[] Images = ["a_scene.jpg", "b_scene.png", "rgba.png", "wide.png"];
    private static readonly string[] Sounds = ["exact_1s.wav", "float_16k.wav", "stereo_44k.wav", "short_0_3s.wav", "a_voice.flac"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Http_embed_and_the_engine_give_the_same_vectors_alone_and_in_mixed_batches_of_sixty_four()
    {
        var items = Items();
        var alone = await InProcess(items, together: false);

        await using var platform = await RunningPlatform.StartAsync(_folder["data"]);
        using var http = platform.Client(platform.Key);
        using var client = new OnePeaceClient(http);
        EmbeddingInput[] inputs = [.. items.Select(item => EmbeddingInput.Of(item.Modality, item.Bytes))];
        AssertSame(alone, await InProcess(items, together: true));
        AssertSame(alone, (await client.EmbedAsync(inputs)).Vectors);
        AssertSame(alone, await ByJson(http, items));
        AssertSame(alone, [.. (await Task.WhenAll(inputs.Take(16).Select(one => client.EmbedAsync([one])))).Select(r => r.Vectors[0])]);
        AssertSame(alone, await ByCommand());
    }

    [Fact]
    public async Task A_long_batch_of_every_length_equals_its_items_alone()
    {
        var random = new Random(7);
        var texts = Enumerable.Range(0, 64).Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(0, 60)).Select(_ => $"word{random.Next(1000)}")));
        (string, byte[])[] items = [.. texts.Select(text => ("text", Encoding.UTF8.GetBytes(text)))];
        AssertSame(await InProcess(items, together: false), await InProcess(items, together: true));
    }

    [Fact]
    public async Task The_official_checkpoint_gives_the_official_vectors_from_raw_inputs()
    {
        var checkpoint = TestData.Reference("ckpt/hub_fullvocab_fp16.pt");
        var facts = JsonNode.Parse(File.ReadAllText(TestData.Reference("ckpt/index.json")))!["hub_fullvocab_fp16.pt"]!;
        string[] Names(string key) => [.. facts[key]!.AsArray().Select(n => (string)n!)];
        var output = _folder["hub.safetensors"];
        string[] arguments =
        [
            "embed", "--model", checkpoint, "--out", output, "--text", .. Names("texts"),
            "--image", .. Names("images").Select(n => TestData.Reference($"image/inputs/{n}")),
            "--audio", .. Names("audios").Select(n => TestData.Reference($"audio/inputs/{n}")),
        ];
        (await CommandRun.OfAsync(arguments)).ShouldSucceed();

        var vectors = Read(output, "embeddings");
        var expected = new[] { "text", "image", "audio_alone" }.SelectMany(name => Read(TestData.Reference("ckpt/hub_fullvocab_fp16.out.safetensors"), name)).ToArray();
        Assert.Equal(expected.Length, vectors.Length);
        for (var i = 0; i < expected.Length; i++) Assert.InRange(Cosine(expected[i], vectors[i]), 0.999999, 1.000001);
    }

    [Fact]
    public async Task What_a_model_is_fed_can_be_written_out()
    {
        var output = _folder["tokens.safetensors"];
        (await CommandRun.OfAsync("preprocess", "--model", TestData.DemoModel, "--modality", "text", "--text", "a photo of a cat", "cow", "--out", output)).ShouldSucceed();
        using var file = new SafetensorsFile(output);
        using var tokens = file.Read("tokens");
        Assert.Equal([10L, 1345, 9, 10, 4758, 2, 12094, 2, 1, 1, 1, 1], tokens.data<long>().ToArray());
    }

    private static (string Modality, byte[] Bytes)[] Items()
    {
        (string, byte[])[] kinds =
        [
            .. Texts.Select(text => ("text", Encoding.UTF8.GetBytes(text))),
            .. Images.Select(name => ("image", File.ReadAllBytes(TestData.Reference($"image/inputs/{name}")))),
            .. Sounds.Select(name => ("audio", File.ReadAllBytes(TestData.Reference($"audio/inputs/{name}")))),
        ];
        return [.. Enumerable.Range(0, 64).Select(i => kinds[i * 5 % kinds.Length])];
    }

    private static async Task<IReadOnlyList<float[]>> InProcess((string Modality, byte[] Bytes)[] items, bool together)
    {
        using var plugins = PluginCatalogue.BesideExecutable();
        await using var engine = await EncodingEngine.LoadAsync(TestData.DemoModel, plugins, new EngineOptions { Device = "cpu" });
        EncodeItem[] all = [.. items.Select(item => new EncodeItem([new EncodePart(item.Modality, item.Bytes)]))];
        if (together) return [.. (await engine.EncodeAsync(new EncodeWork(all), default)).Select(e => e.Vector)];
        var vectors = new List<float[]>();
        foreach (var item in all) vectors.Add((await engine.EncodeAsync(new EncodeWork([item]), default))[0].Vector);
        return vectors;
    }

    private static async Task<IReadOnlyList<float[]>> ByJson(HttpClient http, (string Modality, byte[] Bytes)[] items)
    {
        var input = new JsonArray([.. items.Select(item => (JsonNode)new JsonObject
        {
            [item.Modality] = item.Modality == "text" ? Encoding.UTF8.GetString(item.Bytes) : Convert.ToBase64String(item.Bytes),
        })]);
        using var response = await http.PostAsJsonAsync("v1/embeddings", new JsonObject { ["input"] = input });
        response.EnsureSuccessStatusCode();
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        return [.. answer["data"]!.AsArray().Select(row => row!["embedding"]!.AsArray().Select(value => (float)value!).ToArray())];
    }

    private async Task<IReadOnlyList<float[]>> ByCommand()
    {
        // In the same order as Items, which goes round all kinds of input: the first 14 are all of them.
        List<string> arguments = ["embed", "--model", TestData.DemoModel, "--out", _folder["all.safetensors"]];
        string[] kinds = [.. Texts.Select(t => $"text\0{t}"), .. Images.Select(n => $"image\0{TestData.Reference($"image/inputs/{n}")}"), .. Sounds.Select(n => $"audio\0{TestData.Reference($"audio/inputs/{n}")}")];
        foreach (var kind in Enumerable.Range(0, 14).Select(i => kinds[i * 5 % kinds.Length].Split('\0')))
            arguments.AddRange([$"--{kind[0]}", kind[1]]);
        (await CommandRun.OfAsync([.. arguments])).ShouldSucceed();
        return Read(_folder["all.safetensors"], "embeddings");
    }

    private static float[][] Read(string path, string name)
    {
        using var file = new SafetensorsFile(path);
        using var tensor = file.Read(name);
        return [.. tensor.data<float>().ToArray().Chunk((int)tensor.shape[1])];
    }

    private static void AssertSame(IReadOnlyList<float[]> expected, IReadOnlyList<float[]> actual)
    {
        Assert.NotEmpty(actual);
        for (var i = 0; i < actual.Count; i++)
            Assert.InRange(expected[i].Zip(actual[i], (a, b) => Math.Abs((double)a - b)).Max(), 0, Tolerance);
    }

    private static double Cosine(float[] a, float[] b) =>
        a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));
}
