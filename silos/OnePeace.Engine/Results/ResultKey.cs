using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using OnePeace.Engine.Hosting;

namespace OnePeace.Engine.Results;

/// <summary>What a vector follows from, and whose it is, as a SHA-256: nobody finds what another tenant's input became.</summary>
internal readonly record struct ResultKey(UInt128 High, UInt128 Low)
{
    /// <param name="engine">What vectors depend on besides inputs and versions: the core, the type it computes in.</param>
    /// <param name="tenant">Whose item it is.</param>
    /// <param name="item">The item.</param>
    /// <param name="versions">Those that will encode it.</param>
    public static ResultKey Of(string engine, string tenant, EncodeItem item, VersionLeases versions)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(engine);
        Append(tenant);
        Append(item.Fusion.ToString());
        foreach (var part in item.Parts)
        {
            Append(part.Modality);
            Append(versions[part.Modality].Identity.Hash);
            Append(part.MediaType ?? "");
            AppendBytes(part.Bytes.Span);
        }
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return new(BinaryPrimitives.ReadUInt128BigEndian(digest), BinaryPrimitives.ReadUInt128BigEndian(digest[16..]));

        void Append(string text) => AppendBytes(Encoding.UTF8.GetBytes(text));

        void AppendBytes(ReadOnlySpan<byte> bytes)   // with their length, so that nothing can be read as the end of what stands before it
        {
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
    }
}
