using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace OnePeace.Engine.Plugins;

/// <summary>Identifies a plugin by everything in its folder.</summary>
internal static class PluginHash
{
    /// <summary>SHA-256 over path, length and content of every file, in the order of the paths; lower-case hexadecimal.</summary>
    public static string Compute(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => (Path: path, Name: Path.GetRelativePath(folder, path).Replace('\\', '/'))).OrderBy(f => f.Name, StringComparer.Ordinal);
        Span<byte> length = stackalloc byte[sizeof(long)];
        foreach (var file in files)
        {
            var content = File.ReadAllBytes(file.Path);
            hash.AppendData(Encoding.UTF8.GetBytes(file.Name + '\0'));
            BinaryPrimitives.WriteInt64LittleEndian(length, content.LongLength);
            hash.AppendData(length);
            hash.AppendData(content);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
