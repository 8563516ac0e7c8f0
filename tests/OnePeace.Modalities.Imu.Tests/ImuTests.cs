using System.Runtime.InteropServices;
using System.Text;
using OnePeace.Modalities.Testing;

namespace OnePeace.Modalities.Imu.Tests;

public class ImuTests
{
    private static readonly ModalityConformance Conformance = ModalityConformance.Of<ImuModality>();

    public static TheoryData<string> Checks => [.. ModalityConformance.Checks];

    [Theory, MemberData(nameof(Checks))]
    public void Conforms(string check) => Conformance.Check(check);

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

    private static float[] Read(byte[] bytes)
    {
        var prepared = new ImuPreprocessor(new ModalityOptions()).PrepareAsync(new RawInput(bytes), default).GetAwaiter().GetResult();
        return MemoryMarshal.Cast<byte, float>(prepared.Fields[0].Value.Bytes.Span).ToArray();
    }
}
