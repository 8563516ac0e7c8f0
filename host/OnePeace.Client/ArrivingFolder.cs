using System.Formats.Tar;

namespace OnePeace.Client;

/// <summary>A folder that is unpacked beside its place, and moved there once everything has come. Disposing removes what is left beside it.</summary>
internal sealed class ArrivingFolder : IDisposable
{
    private readonly string _path, _temporary;

    /// <exception cref="IOException">There is something already.</exception>
    public ArrivingFolder(string path)
    {
        _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        _temporary = $"{_path}.{Guid.NewGuid():N}.tmp";
        if (File.Exists(_path) || (Directory.Exists(_path) && Directory.EnumerateFileSystemEntries(_path).Any()))
            throw new IOException($"{path}: there is something already; choose another folder, or remove it first.");
    }

    /// <summary>Unpacks a tar of files.</summary>
    /// <exception cref="InvalidDataException">It is none, or holds something else than files of this folder.</exception>
    public async Task TakeAsync(Stream tar, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_temporary);
        await using var reader = new TarReader(tar, leaveOpen: true);
        var files = 0;
        for (; await reader.GetNextEntryAsync(copyData: false, cancellation) is { } entry; files++)
        {
            var target = TargetOf(entry);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            if (entry.DataStream is { } content) await content.CopyToAsync(file, cancellation);
        }
        if (files == 0) throw new InvalidDataException("Expected a model from the server, but nothing came.");
        if (Directory.Exists(_path)) Directory.Delete(_path);
        Directory.Move(_temporary, _path);
    }

    public void Dispose()
    {
        if (Directory.Exists(_temporary)) Directory.Delete(_temporary, recursive: true);
    }

    private string TargetOf(TarEntry entry)
    {
        var parts = entry.Name.Split('/', '\\');
        var target = Path.GetFullPath(Path.Combine(_temporary, entry.Name));
        var isInside = !parts.Any(part => part is "" or "." or "..") && !entry.Name.Contains('\0') && target.StartsWith(_temporary + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return isInside && entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile
            ? target
            : throw new InvalidDataException($"Expected files below one folder from the server, but got '{entry.Name}' ({entry.EntryType}): nothing was kept.");
    }
}
