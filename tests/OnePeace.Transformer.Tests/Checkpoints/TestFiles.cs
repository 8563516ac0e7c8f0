using System.IO.Compression;

namespace OnePeace.Transformer.Tests.Checkpoints;

/// <summary>Where the reference files lie, and a folder of one's own for a test.</summary>
internal sealed class TestFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("onepeace-");

    public static string Reference(string file) => RepositoryFolder.At($"tests/data/reference/{file}");

    public string At(string name) => Path.Combine(_folder.FullName, name);

    public string With(string name, ReadOnlySpan<byte> content)
    {
        File.WriteAllBytes(At(name), content);
        return At(name);
    }

    /// <summary>Decompresses a reference file; the target's path.</summary>
    public static string Unzip(string reference, string target)
    {
        using var source = new GZipStream(File.OpenRead(Reference(reference)), CompressionMode.Decompress);
        using var file = File.Create(target);
        source.CopyTo(file);
        return target;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
