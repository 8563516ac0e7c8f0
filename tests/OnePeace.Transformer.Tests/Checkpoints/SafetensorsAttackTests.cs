using System.Text;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Transformer.Tests.Checkpoints;

/// <summary>The attack cases that the format's description names.</summary>
public sealed class SafetensorsAttackTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12)]   // overlap
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12)]   // a hole
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8)]                                                       // a hole in front
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 64)]                                                      // bytes behind
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4)]     // twice
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,4]}}""", 4)]                                                       // shape and bytes disagree
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0)]                                   // 2^64 values
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,400]}}""", 4)]                                                     // beyond the file
    [InlineData("""{"a":{"dtype":"PICKLE","shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4)]
    [InlineData("""["a"]""", 0)]
    [InlineData("""{"a":""", 0)]
    [InlineData("", 0)]
    public void A_header_that_lies_is_refused(string header, int bytes)
    {
        var text = Encoding.UTF8.GetBytes(header);
        Refuse([.. BitConverter.GetBytes((long)text.Length), .. text, .. new byte[bytes]]);
    }

    [Theory]
    [InlineData(1L << 30)]
    [InlineData(long.MaxValue)]
    [InlineData(-1L)]
    [InlineData(1000L)]
    public void A_header_longer_than_the_file_or_the_limit_is_refused(long length) => Refuse([.. BitConverter.GetBytes(length), .. "{}"u8]);

    [Fact]
    public void A_file_shorter_than_its_first_number_is_refused()
    {
        Refuse([]);
        Refuse([1, 2, 3]);
    }

    [Fact]
    public void Deep_nesting_is_refused() =>
        Refuse([.. BitConverter.GetBytes(200_006L), .. "{\"a\":"u8, .. Enumerable.Repeat((byte)'[', 200_000), (byte)'}']);

    [Fact]
    public void Two_thousand_damaged_files_are_read_or_refused_and_nothing_else()
    {
        var random = new Random(1);
        var original = File.ReadAllBytes(TestFiles.Reference("ckpt/surgery_img_4_to_6.safetensors"));
        var refused = 0;
        for (var i = 0; i < 2000; i++)
        {
            var damaged = (byte[])original.Clone();
            for (var hits = random.Next(1, 4); hits > 0; hits--) damaged[random.Next(700)] = (byte)random.Next(256);
            try
            {
                using var file = new SafetensorsFile(_files.With("damaged.safetensors", damaged.AsSpan(0, random.Next(2) == 0 ? damaged.Length : random.Next(damaged.Length))));
                foreach (var name in file.Weights.Keys) file.Read(name).Dispose();
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1000, 2000);
    }

    private void Refuse(byte[] bytes)
    {
        var path = _files.With("evil.safetensors", bytes);
        var before = GC.GetTotalAllocatedBytes();
        Assert.Throws<InvalidDataException>(() => new SafetensorsFile(path).Dispose());
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50L << 20);
    }
}
