using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OnePeace.Training.Data;

/// <summary>What group a pair is in: the one it names, else all pairs of the same text, else one of its own. Eight bytes a pair.</summary>
internal readonly record struct PairGroup(ulong Value)
{
    /// <param name="named">What the pair says, or null.</param>
    /// <param name="text">Its text, or null.</param>
    /// <param name="index">Its own.</param>
    public static PairGroup Of(string? named, string? text, int index)
    {
        var key = !string.IsNullOrEmpty(named) ? "group " + named
            : text is not null ? "text " + text.Trim().ToLowerInvariant()
            : string.Create(CultureInfo.InvariantCulture, $"index {index}");
        return new PairGroup(BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key))));
    }

    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
