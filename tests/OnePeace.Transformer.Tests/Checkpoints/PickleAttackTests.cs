using System.Diagnostics;
using System.Text;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Transformer.Tests.Checkpoints;

/// <summary>What a hostile pickle may try: each is refused for its own reason, at once, and without allocating what it claims.</summary>
public sealed class PickleAttackTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("builtins", "getattr")]
    [InlineData("__builtin__", "exec")]
    [InlineData("subprocess", "Popen")]
    [InlineData("torch", "load")]
    [InlineData("torch.jit._script", "RecursiveScriptModule")]
    [InlineData("torch.storage", "_load_from_bytes")]
    [InlineData("numpy.core.multiarray", "_reconstruct")]
    [InlineData("functools", "partial")]
    [InlineData("collections", "OrderedDict.__init__")]
    public void A_name_outside_the_list_is_refused_by_it(string module, string name)
    {
        Assert.Contains($"'{module}.{name}' is not allowed", Refuse(new Call(new Global(module, name), "true")));
        Assert.Contains($"'{module}.{name}' is not allowed", Refuse(new Dictionary<string, object?> { ["model"] = new Call(new Global("collections", "OrderedDict"), new Global(module, name)) }));
    }

    [Fact]
    public void A_name_built_on_the_stack_is_no_way_round_the_list()
    {
        byte[] pickle = [0x80, 4, 0x8C, 2, .. "os"u8, 0x8C, 6, .. "system"u8, 0x93, 0x8C, 4, .. "true"u8, 0x85, (byte)'R', (byte)'.'];
        Assert.Contains("'os.system' is not allowed", Refuse(pickle));
    }

    [Fact]
    public void A_name_cannot_write_control_characters_or_a_book_into_the_message()
    {
        var message = Refuse(new Global("\u001b[2Jevil\r", new string('x', 900)));
        Assert.DoesNotContain(message, char.IsControl);
        Assert.InRange(message.Length, 1, 500);
    }

    [Fact]
    public void The_result_of_a_call_cannot_be_called() =>
        Assert.Contains("a name on the allow-list", Refuse(new Call(new Call(new Global("argparse", "Namespace")), "true")));

    [Theory]
    [InlineData((byte)'i')]   // INST
    [InlineData((byte)'o')]   // OBJ
    [InlineData((byte)'P')]   // PERSID
    [InlineData(0x82)]        // EXT1
    [InlineData(0x92)]        // NEWOBJ_EX
    [InlineData(0x97)]        // NEXT_BUFFER
    public void Operations_that_no_checkpoint_needs_are_refused(byte operation) =>
        Assert.Contains($"0x{operation:x2} is not allowed", Refuse([0x80, 2, operation, .. "os\nsystem\n."u8]));

    [Theory]
    [InlineData("j\u0009\u0000\u0000\u0000", "the memo's entry 9")]
    [InlineData("X\u00FF\u00FF\u00FF\u007Fabc", "2147483647 more bytes")]
    [InlineData("\u008B\u00FF\u00FF\u00FF\u007F", "at most 255 bytes")]
    [InlineData("\u0096\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF", "18446744073709551615 more bytes")]
    [InlineData("t", "a mark where there is none")]
    [InlineData("0", "a value where there is none")]
    [InlineData("(0", "a value where there is none")]
    [InlineData("}Na", "a list was expected")]
    [InlineData("](NNNu", "a dictionary key without a value")]
    [InlineData("NNb", "attributes of something")]
    [InlineData("\u0080\u0009", "protocol 2 to 5")]
    [InlineData("", "")]
    public void A_pickle_that_lies_is_refused(string operations, string reason) =>
        Assert.Contains(reason, Refuse([.. Encoding.Latin1.GetBytes(operations), (byte)'.']));

    [Fact]
    public void A_configuration_that_holds_itself_is_refused() =>
        Assert.Contains("may refer to itself", Refuse(WithConfiguration(new Raw([.. "}q\u0001X\u0001\0\0\0ah\u0001s"u8]))));

    [Fact]
    public void A_configuration_of_doubling_references_is_refused()
    {
        List<byte> doubling = [.. "]q\u0000"u8];
        for (byte level = 1; level < 60; level++) doubling.AddRange([(byte)'0', (byte)']', (byte)'q', level, (byte)'(', (byte)'h', (byte)(level - 1), (byte)'h', (byte)(level - 1), (byte)'e']);
        Assert.Contains("more than 200000 values", Refuse(WithConfiguration(new Dictionary<string, object?> { ["bomb"] = new Raw([.. doubling]) })));
    }

    [Fact]
    public void More_work_than_a_checkpoint_needs_is_refused() =>
        Assert.Contains("steps", Refuse([0x80, 2, .. Enumerable.Repeat("]0"u8.ToArray(), 1_500_000).SelectMany(b => b), (byte)'N', (byte)'.']));

    [Fact]
    public void Copying_a_long_list_again_and_again_counts_as_work()
    {
        byte[] list = [(byte)']', (byte)'q', 1, (byte)'(', .. Enumerable.Repeat((byte)'N', 100_000), (byte)'e'];
        byte[] copy = [.. "c__builtin__\nlist\nh\u0001"u8, 0x85, (byte)'R'];
        Assert.Contains("steps", Refuse([0x80, 2, .. list, .. Enumerable.Repeat(copy, 10_000).SelectMany(b => b), (byte)'.']));
    }

    [Fact]
    public void A_million_nested_tuples_do_not_overflow_the_stack() =>
        Assert.Contains("expected a dictionary", Refuse([0x80, 2, .. Enumerable.Repeat((byte)'(', 900_000), .. Enumerable.Repeat((byte)'t', 900_000), (byte)'.']));

    private static Dictionary<string, object?> WithConfiguration(object configuration) => new()
    {
        ["model"] = new Dictionary<string, object?> { ["a"] = PickleWriter.Tensor(Persistent.Storage("Byte", "0", 1), 0, [1], [1]) },
        ["cfg"] = configuration,
    };

    private string Refuse(object content) => Refuse(PickleWriter.Write(content));

    private string Refuse(byte[] pickle)
    {
        var path = _files.With("evil.pt", new ZipWriter().Add("archive/data.pkl", pickle).Add("archive/data/0", [0]).Finish());
        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Assert.Throws<InvalidDataException>(() => new TorchCheckpoint(path).Dispose());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Patience);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200L << 20);
        return refusal.Message;
    }
}
