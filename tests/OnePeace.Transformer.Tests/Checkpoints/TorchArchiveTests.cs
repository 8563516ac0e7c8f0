using System.Diagnostics;
using System.Runtime.InteropServices;
using OnePeace.Transformer.Checkpoints;
using TorchSharp;

namespace OnePeace.Transformer.Tests.Checkpoints;

/// <summary>Zip archives, storages and views: what is well-formed reads, what reaches outside is refused.</summary>
public sealed class TorchArchiveTests : IDisposable
{
    private static readonly byte[] SixFloats = MemoryMarshal.AsBytes<float>([0, 1, 2, 3, 4, 5]).ToArray();

    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Archives_of_either_size_read(bool wide)
    {
        using var checkpoint = Open(Archive(Tensor(1, [2, 2], [2, 1]), wide));
        using var tensor = checkpoint.Read("a");
        Assert.Equal([1f, 2, 3, 4], tensor.data<float>().ToArray());
        Assert.Equal([2L, 2], tensor.shape);
    }

    [Fact]
    public void A_transposed_view_is_put_in_order()
    {
        using var checkpoint = Open(Archive(Tensor(0, [3, 2], [1, 3])));
        using var tensor = checkpoint.Read("a");
        Assert.Equal([0f, 3, 1, 4, 2, 5], tensor.data<float>().ToArray());
    }

    [Theory]
    [InlineData(7, new long[] { 1 }, new long[] { 1 })]                                    // starts behind the end
    [InlineData(-1, new long[] { 1 }, new long[] { 1 })]
    [InlineData(1, new long[] { 6 }, new long[] { 1 })]                                    // ends behind the end
    [InlineData(0, new long[] { 2, 2 }, new long[] { 5, 2 })]
    [InlineData(0, new long[] { 2 }, new long[] { long.MaxValue })]
    [InlineData(long.MaxValue, new long[] { 2, 2 }, new long[] { long.MaxValue, long.MaxValue })]
    [InlineData(5, new long[] { 6 }, new long[] { -1 })]                                   // backwards
    [InlineData(0, new long[] { 1L << 40 }, new long[] { 0 })]                             // one value, a terabyte of times
    [InlineData(0, new long[] { 1L << 32, 1L << 32 }, new long[] { 0, 0 })]                // 2^64 values
    [InlineData(0, new long[] { -6 }, new long[] { 1 })]
    [InlineData(0, new long[] { 6 }, new long[] { })]
    public void A_view_that_does_not_fit_its_storage_is_refused(long offset, long[] shape, long[] strides) =>
        Refuse(Archive(Tensor(offset, shape, strides)), "shape");

    [Fact]
    public void Too_many_dimensions_are_refused() =>
        Refuse(Archive(Tensor(0, [.. Enumerable.Repeat(1L, 65)], [.. Enumerable.Repeat(1L, 65)])), "at most 64 dimensions");

    [Fact]
    public void Persistent_ids_that_are_no_storages_of_the_archive_are_refused()
    {
        var float32 = new Global("torch", "FloatStorage");
        object?[] nonsense =
        [
            null, "storage", 5, Array.Empty<object?>(), new object?[] { "module", float32, "0", "cpu", 6 }, new object?[] { "storage", "FloatStorage", "0", "cpu", 6 },
            new object?[] { "storage", new Global("collections", "OrderedDict"), "0", "cpu", 6 }, new object?[] { "storage", float32, 0, "cpu", 6 },
            new object?[] { "storage", float32, "0", "cpu", -1 }, new object?[] { "storage", float32, "0", "cpu", 6, null, null },
        ];
        foreach (var id in nonsense) Refuse(Archive(new Persistent(id)), "persistent id");
        Refuse(Archive(Persistent.Storage("Float", "../../../etc/passwd", 1)), "no storage '../../../etc/passwd'");
        Refuse(Archive(Persistent.Storage("Float", "0", 7)), "claims 7 values");
        Refuse(Archive(Persistent.Storage("Float", "0", long.MaxValue)), "claims 9223372036854775807 values");
        Refuse(Archive(new Call(new Global("torch", "FloatStorage"), 1L << 40)), "only by reference");
    }

    [Fact]
    public void Compressed_entries_are_refused_before_they_are_unpacked()
    {
        Refuse(new ZipWriter().Add("a/data.pkl", [1, 2, 3], claimed: 4_000_000_000, method: 8).Finish(), "compressed");
        Refuse(new ZipWriter().Add("a/data.pkl", PickleWriter.Write(Tensor(0, [6], [1]))).Add("a/data/0", SixFloats, method: 8).Finish(), "compressed");
    }

    [Fact]
    public void Archives_that_lie_are_refused()
    {
        var pickle = PickleWriter.Write(Tensor(0, [6], [1]));
        Refuse(new ZipWriter().Add("a/data.pkl", pickle).Add("a/data/0", SixFloats, claimed: 4_000_000_000).Finish(), "truncated or damaged");
        Refuse(new ZipWriter().Add("a/data.pkl", pickle, claimed: 4_000_000_000).Finish(), "truncated or damaged");
        Refuse(new ZipWriter().Add("a/data.pkl", pickle).Add("a/data.pkl", pickle).Finish(), "comes twice");
        Refuse(new ZipWriter().Add("a/data.pkl", pickle).Add("b/data.pkl", pickle).Finish(), "found 2");
        Refuse(new ZipWriter().Add("a/other", pickle).Finish(), "found 0");
        Refuse(new ZipWriter().Add("a/data.pkl", pickle).Add("a/byteorder", "big"u8.ToArray()).Finish(), "little-endian");
    }

    [Fact]
    public void Other_formats_are_refused_with_what_to_do()
    {
        Refuse([0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46], "save it again with torch.save");
        Refuse("GGUF"u8.ToArray(), "does not start like one");
        Refuse([], "does not start like one");
        Refuse(Archive(Tensor(0, [6], [1]))[..^30], "truncated or damaged");
    }

    [Fact]
    public void Two_thousand_damaged_checkpoints_are_read_or_refused_and_nothing_else()
    {
        var random = new Random(1);
        var original = File.ReadAllBytes(TestFiles.Reference("ckpt/retrieval_cfg_namespace.pt"));
        var pickle = original.AsSpan().IndexOf("data.pkl"u8);
        var refused = 0;
        for (var i = 0; i < 2000; i++)
        {
            var damaged = (byte[])original.Clone();
            for (var hits = random.Next(1, 4); hits > 0; hits--)
                damaged[random.Next(3) switch { 0 => original.Length - 1 - random.Next(12_000), 1 => random.Next(original.Length), _ => pickle + random.Next(30_000) }] = (byte)random.Next(256);
            try
            {
                using var source = ModelSources.Open(_files.With("damaged.pt", damaged));
                if (i % 20 == 0) ModelLoader.Load(source, Plugins.Find, ["text"]).Dispose();
            }
            catch (InvalidDataException)
            {
                refused++;
            }
            catch (KeyNotFoundException e) when (e.Message.Contains("has no modality 'text'", StringComparison.Ordinal))
            {
                refused++;
            }
        }
        Assert.InRange(refused, 500, 1999);
    }

    private static Call Tensor(long offset, long[] shape, long[] strides) =>
        PickleWriter.Tensor(Persistent.Storage("Float", "0", 6), offset, [.. shape.Cast<object?>()], [.. strides.Cast<object?>()]);

    private static byte[] Archive(object tensor, bool wide = false) => new ZipWriter(wide)
        .Add("a/data.pkl", PickleWriter.Write(new Dictionary<string, object?> { ["model"] = new Dictionary<string, object?> { ["a"] = tensor } }))
        .Add("a/data/0", SixFloats)
        .Finish();

    private TorchCheckpoint Open(byte[] archive) => new(_files.With("archive.pt", archive));

    private void Refuse(byte[] archive, string reason)
    {
        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Assert.Throws<InvalidDataException>(() => Open(archive).Dispose());
        Assert.Contains(reason, refusal.Message);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10L << 20);
    }
}
