using System.Buffers.Binary;
using System.Text;

namespace OnePeace.Modalities.Video.Tests.Decoding;

/// <summary>A QuickTime film without data of its own: an alias says in which file its frames lie.</summary>
internal static class ReferringFilm
{
    private static readonly string[] _around = ["moov", "trak", "mdia", "minf", "dinf", "dref"];

    /// <param name="film">A MOV with its index at its end.</param>
    /// <param name="target">The file that has the frames.</param>
    public static byte[] Write(byte[] film, string target)
    {
        var changed = film.ToArray();
        var (data, index) = (Find(changed, "mdat"), Find(changed, "moov"));
        changed.AsSpan(data + 8, index - data - 8).Clear();
        var entry = Find(changed, "dref") + 16;
        var length = BinaryPrimitives.ReadInt32BigEndian(changed.AsSpan(entry));
        var alias = Alias(target);
        foreach (var box in _around)
        {
            var size = changed.AsSpan(Find(changed, box));
            BinaryPrimitives.WriteInt32BigEndian(size, BinaryPrimitives.ReadInt32BigEndian(size) + alias.Length - length);
        }
        return [.. changed[..entry], .. alias, .. changed[(entry + length)..]];
    }

    private static int Find(byte[] film, string box) => film.AsSpan().IndexOf(Encoding.ASCII.GetBytes(box)) - 4;

    /// <summary>A Macintosh alias record: 150 bytes, then an absolute path.</summary>
    private static byte[] Alias(string target)
    {
        byte[] path = [.. Encoding.ASCII.GetBytes(target), .. new byte[target.Length & 1]];
        byte[] record = [.. new byte[4], .. new byte[150], 0, 2, .. Short(target.Length), .. path, 0xFF, 0xFF, 0, 0];
        var size = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(size, record.Length + 8);
        return [.. size, .. "alis"u8, .. record];
    }

    private static byte[] Short(int value) => [(byte)(value >> 8), (byte)value];
}
