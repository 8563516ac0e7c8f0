using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Transformer.Tests.Checkpoints;

public sealed class PickleAttackTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("cos\nsystem\n(S'true'\ntR.", "os.system")]
    [InlineData("cposix\nsystem\n(S'true'\ntR.", "posix.system")]
    [InlineData("cbuiltins\neval\n(S'1'\ntR.", "builtins.eval")]
    [InlineData("c__builtin__\nexec\n(S'1'\ntR.", "__builtin__.exec")]
    [InlineData("cbuiltins\ngetattr\n(cos\nS'system'\ntR.", "builtins.getattr")]
    [InlineData("csubprocess\nPopen\n((lp0\nS'true'\natR.", "subprocess.Popen")]
    [InlineData("ctorch.jit\nload\n(S'x'\ntR.", "torch.jit.load")]
    [InlineData("ctorch\nload\n(S'x'\ntR.", "torch.load")]
    [InlineData("cnumpy.core.multiarray\n_reconstruct\n(tR.", "numpy.core.multiarray._reconstruct")]
    [InlineData("cfunctools\npartial\n(cos\nsystem\ntR.", "functools.partial")]
    public void A_global_outside_the_list_is_refused_by_its_name(string pickle, string name) =>
        Assert.Contains(name, Refuse(Encoding.ASCII.GetBytes(pickle)).Message);

    [Fact]
    public void A_forbidden_call_nested_in_an_allowed_one_is_refused()
    {
        var pickle = "ccollections\nOrderedDict\n(cos\nsystem\n(S'true'\ntRtR."u8;
        Assert.Contains("os.system", Refuse(pickle.ToArray()).Message);
    }

    [Fact]
    public void A_name_built_on_the_stack_is_no_way_round_the_list()
    {
        byte[] pickle = [0x80, 4, 0x8C, 2, .. "os"u8, 0x8C, 6, .. "system"u8, 0x93, 0x8C, 4, .. "true"u8, 0x85, (byte)'R', (byte)'.'];
        Assert.Contains("os.system", Refuse(pickle).Message);
    }

    [Theory]
    [InlineData("")]                                   // nothing
    [InlineData("(lp0\n(lp1\n")]                       // no end
    [InlineData("...")]                                // nothing to return
    [InlineData("g99999\n.")]                          // a memo that was never put
    [InlineData("(dp0\ng0\ng0\ns.")]                   // a dictionary that is its own key
    [InlineData("(lp0\ng0\na.")]                       // a list that holds itself
    [InlineData("S'no closing quote\n.")]
    [InlineData("I9999999999999999999999999999\n.")]
    [InlineData("X\u00FF\u00FF\u00FF\u007Fabc.")]      // a string of 2 GB
    [InlineData("P../../etc/passwd\n.")]               // a persistent id that is a path
    public void A_broken_pickle_is_refused_and_nothing_else_happens(string pickle) => Refuse(Encoding.Latin1.GetBytes(pickle));

    [Fact]
    public void A_million_nested_tuples_neither_overflow_the_stack_nor_take_for_ever() =>
        Refuse([.. Enumerable.Repeat((byte)'(', 1_000_000), .. Enumerable.Repeat((byte)'t', 1_000_000), (byte)'.']);

    [Fact]
    public void A_bomb_of_doubling_references_is_refused_or_small()
    {
        var pickle = new StringBuilder("(lp0\n");
        for (var i = 1; i < 60; i++) pickle.Append($"(lp{i}\ng{i - 1}\nag{i - 1}\na");
        Refuse(Encoding.ASCII.GetBytes(pickle.Append('.').ToString()));
    }

    [Fact]
    public void A_truncated_file_and_what_is_no_zip_are_refused()
    {
        var whole = File.ReadAllBytes(TestFiles.Reference("ckpt/retrieval_fp16.pt"));
        foreach (var bytes in new byte[][] { [], [0x80, 2, (byte)'.'], whole[..(whole.Length / 2)], whole[..^30] })
            Assert.Throws<InvalidDataException>(() => new TorchCheckpoint(_files.With("broken.pt", bytes)).Dispose());
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
            for (var hits = random.Next(1, 4); hits > 0; hits--) damaged[random.Next(3) == 0 ? random.Next(original.Length) : pickle + random.Next(20_000)] = (byte)random.Next(256);
            try
            {
                using var checkpoint = new TorchCheckpoint(_files.With("damaged.pt", damaged));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 500, 2000);
    }

    private InvalidDataException Refuse(byte[] pickle)
    {
        var watch = Stopwatch.StartNew();
        var before = GC.GetTotalAllocatedBytes();
        var path = _files.With("evil.pt", Archive(pickle));
        var refusal = Assert.Throws<InvalidDataException>(() => new TorchCheckpoint(path).Dispose());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Patience);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 600L << 20);
        return refusal;
    }

    private static byte[] Archive(byte[] pickle)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in new[] { ("archive/data.pkl", pickle), ("archive/version", "3\n"u8.ToArray()) })
                using (var entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open())
                    entry.Write(content);
        return stream.ToArray();
    }
}
