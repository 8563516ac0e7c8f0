using System.Runtime.InteropServices;
using System.Text;
using OnePeace.Engine.Batching;
using OnePeace.Modalities.Layers;
using OnePeace.Transformer;
using static TorchSharp.torch;

namespace OnePeace.Modalities.Imu.Tests;

public class ImuTests
{
    private static readonly ModalityOptions Options = new(new() { ["use_attn_bias"] = true, ["layernorm_embedding"] = true });
    private static readonly byte[][] Samples = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "samples")).Order().Select(File.ReadAllBytes)];

    [Theory]
    [InlineData("1,2,9.81,4,5,6\n1,2,9.81,4,5,7\n")]
    [InlineData("\uFEFF# a comment\r\n1;2;9.81;4;5;6\r\n\r\n1;2;9.81;4;5;7")]
    [InlineData("0.02\t1\t2\t9.81\t4\t5\t6\n0.04\t1\t2\t9.81\t4\t5\t7")]
    [InlineData("\"gz\", gy,gx,AZ,ay,ax,timestamp,label\n6,5,4,9.81,2,1,1700000000000,walk\n7,5,4,9.81,2,1,1700000000020,walk")]
    public void Every_csv_says_what_binary_says(string csv)
    {
        var expected = Read(MemoryMarshal.AsBytes<float>([1, 2, 9.81f, 4, 5, 6, 1, 2, 9.81f, 4, 5, 7]).ToArray());
        Assert.Equal([1 / 9.81f, 2 / 9.81f, 1, 4, 5, 6], expected[..6]);
        Assert.Equal(expected, Read(Encoding.UTF8.GetBytes(csv)));
    }

    [Theory]
    [InlineData("0,0,0,0,0,0,0\n0.06,0,0,0,3,0,0", new float[] { 0, 1, 2, 3, 0 })]                          // seconds
    [InlineData("500,0,0,0,0,0,0\n510,0,0,0,1,0,0\n550,0,0,0,9,0,0", new float[] { 0, 3, 7, 0 })]           // milliseconds
    [InlineData("0,0,0,0,0,0,0\n20000000,0,0,0,2,0,0", new float[] { 0, 2, 0 })]                            // nanoseconds
    public void Rows_with_times_are_resampled_on_straight_lines(string csv, float[] expected) =>
        Assert.Equal(expected, Read(Encoding.UTF8.GetBytes(csv)).Where((_, i) => i % 6 == 3).Take(expected.Length).Select(x => MathF.Round(x, 4)));

    [Theory]
    [InlineData("# c\nt,ax,ay,az,gx,gy\n", "Line 2 must name ax, ay, az, gx, gy, gz, but does not name gz")]
    [InlineData("1,2,3,4,5,6\n1,2,3,4,5\n", "Line 2 must have 6 columns, but has 5")]
    [InlineData("1,2,3,4,5,6\n1,x,3,4,5,6\n", "Line 2 must hold a number within ±10,000 in column ay")]
    [InlineData("1,1,2,3,4,5,6\n2,1,2,3,4,5,6\n2,1,2,3,4,5,6\n", "Line 3 must have a time above that of the row before")]
    [InlineData("# only\n1,2,3,4,5,6", "2 to 200,000 rows of numbers, but has 1")]
    [InlineData("\0\0\0\0", "24 bytes")]
    public void A_fault_is_named_with_its_place(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidInputException>(() => Read(Encoding.UTF8.GetBytes(text))).Message);

    [Fact]
    public void Broken_recordings_are_refused_and_nothing_else()
    {
        var random = new Random(5);
        var errors = Enumerable.Range(0, 3_000).Select(n => Record.Exception(() => Read(Break(Samples[n % Samples.Length], random)))).OfType<Exception>().ToList();
        Assert.All(errors, error => Assert.IsType<InvalidInputException>(error));
        Assert.InRange(errors.Count, 1, 2_999);
    }

    [Fact]
    public void A_recording_has_one_vector_alone_and_beside_longer_ones_and_in_a_model_made_again()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using OnePeaceModel model = Build(), again = Build();
        var together = model.Embed("imu", Batch(null, Samples));
        foreach (var (sample, i) in Samples.Select((sample, i) => (sample, i)))
        {
            Assert.True(together[i].allclose(again.Embed("imu", Batch(null, sample))[0], rtol: 0, atol: 1e-6));
            Assert.False(together[i].allclose(together[(i + 1) % Samples.Length], rtol: 0, atol: 1e-3));
        }
    }

    [Fact]
    public void What_is_preserved_of_a_recording_keeps_its_places()
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var model = Build();
        var (adaptor, preserved) = (model.Modalities["imu"].Adaptor, tensor(new long[] { 0, 2, 4, 0, 1, -1 }, 2, 3));
        var (all, batch) = (adaptor.call(Batch(null, Samples[0])), Batch(preserved, Samples[0], Samples[0]));
        var kept = adaptor.call(batch);
        Assert.True(kept.Embeddings[0].allclose(all.Embeddings[0].index_select(0, preserved[0])));
        var positions = adaptor.Restore(batch, zeros_like(kept.Embeddings), zeros(1, 32)).Embeddings;
        var restored = adaptor.Restore(batch, kept.Embeddings, zeros(1, 32)).Embeddings - positions;
        Assert.Equal([true, false, true, false, true, true, true, false, false, false], restored.abs().sum(2).gt(0).data<bool>());
    }

    private static byte[] Break(byte[] sample, Random random)
    {
        var bytes = sample[..random.Next(1, 1500)];
        for (var change = random.Next(8); change > 0; change--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    private static PreparedInput Prepare(byte[] bytes) => new ImuPreprocessor(Options).PrepareAsync(new RawInput(bytes), default).GetAwaiter().GetResult();

    private static float[] Read(byte[] bytes) => MemoryMarshal.Cast<byte, float>(Prepare(bytes).Fields[0].Value.Bytes.Span).ToArray();

    private static ModalityBatch Batch(Tensor? preserved, params byte[][] samples) => new(BatchAssembly.Stack([.. samples.Select(Prepare)])) { Preserved = preserved };

    private static OnePeaceModel Build()
    {
        var model = new OnePeaceModel(new TransformerCore(new CoreShape { Width = 32, Heads = 4, Layers = 2, ExpertWidth = 64, LayerScaleInit = 0.1 }));
        model.Attach(new ModalityModule(new ImuModality(), model.Core.Shape, Options));
        foreach (var module in new nn.Module[] { model.Core, model.Modalities["imu"] }) module.InitialiseParameters(seed: 2);
        return model;
    }
}
