using System.Buffers;
using System.Diagnostics;
using System.Security.Cryptography;

namespace OnePeace.Files;

/// <summary>Files named by the SHA-256 of their content, in one folder. Thread-safe, also between processes.</summary>
/// <remarks>Content stands at <c>sha256/ab/abcdef...</c>; what is being added at <c>incoming/*.tmp</c>, locked by the process that adds it.</remarks>
public sealed class ContentStore
{
    private const int HashLength = SHA256.HashSizeInBytes * 2, BufferBytes = 1 << 17;

    // A file is locked until it has its name, so that no other process takes it for a leftover. Windows renames no wholly locked file.
    private static readonly FileShare Locked = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    private readonly string _contents, _incoming;
    private readonly Dictionary<string, ContentHold> _holds = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Opens a store, creating its folder, and removes what crashed processes left half added.</summary>
    public ContentStore(string folder)
    {
        _contents = Path.Combine(Path.GetFullPath(folder), "sha256");
        _incoming = Path.Combine(Path.GetFullPath(folder), "incoming");
        DurableFile.CreateDirectory(_contents);
        DurableFile.CreateDirectory(_incoming);
        RemoveLeftovers();
    }

    /// <summary>The hashes of everything in the store, in ordinal order.</summary>
    public IReadOnlyList<string> Hashes =>
    [
        .. Directory.EnumerateFiles(_contents, "*", SearchOption.AllDirectories)
            .Select(path => (Path: path, Hash: Path.GetFileName(path)))
            .Where(file => IsHash(file.Hash) && PathOf(file.Hash) == file.Path)
            .Select(file => file.Hash)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Keeps a stream's content, durably, off the caller's scheduler. Content that is there already is replaced, so that adding it again repairs a damaged file; who has the old file open can read on.</summary>
    /// <returns>The hash, in lower-case hexadecimal digits.</returns>
    /// <exception cref="ContentTooLargeException">There are more than <paramref name="maxBytes"/>.</exception>
    public async Task<string> AddAsync(Stream content, long maxBytes, CancellationToken cancellation)
    {
        using var held = await HoldAsync(content, maxBytes, cancellation);
        held.Keep();
        return held.Hash;
    }

    /// <summary>As <see cref="AddAsync"/>, but new content goes again when it is let go, unless it was kept.</summary>
    /// <inheritdoc cref="AddAsync" path="/exception"/>
    public Task<HeldContent> HoldAsync(Stream content, long maxBytes, CancellationToken cancellation) =>
        Task.Run(() => AddOnThreadPoolAsync(content, maxBytes, cancellation), cancellation);

    /// <summary>The file with this content, or null; an argument that is no 64 lower-case hexadecimal digits gives null.</summary>
    public string? Find(string hash) => IsHash(hash) && File.Exists(PathOf(hash)) ? PathOf(hash) : null;

    /// <summary>Removes content, durably; false if it was not there. What somebody holds goes when it is let go. Who has the file open can read on.</summary>
    public bool Remove(string hash)
    {
        if (!IsHash(hash)) return false;
        var path = PathOf(hash);
        lock (_gate)
        {
            if (!File.Exists(path)) return false;
            if (_holds.TryGetValue(hash, out var hold))
            {
                (hold.IsUnwanted, hold.Keeper) = (true, null);
                return true;
            }
            File.Delete(path);
        }
        DurableFile.FlushDirectory(Path.GetDirectoryName(path)!);
        return true;
    }

    internal void Decide(Action decision)
    {
        lock (_gate) decision();
    }

    internal void LetGo(ContentHold hold)
    {
        lock (_gate)
        {
            if (--hold.Holders > 0) return;
            _holds.Remove(hold.Hash);
            if (hold is { IsUnwanted: true, Keeper: null }) Remove(hold.Hash);
        }
    }

    private async Task<HeldContent> AddOnThreadPoolAsync(Stream content, long maxBytes, CancellationToken cancellation)
    {
        var temporary = Path.Combine(_incoming, $"{Guid.NewGuid():N}.tmp");
        try
        {
            await using var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, Locked, bufferSize: 0);
            var hash = await CopyAsync(content, file, maxBytes, cancellation);
            file.Flush(flushToDisk: true);
            return Publish(file, hash);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static async Task<string> CopyAsync(Stream content, FileStream file, long maxBytes, CancellationToken cancellation)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (var total = 0L; await content.ReadAsync(buffer, cancellation) is > 0 and var read;)
            {
                total += read;
                if (total > maxBytes) throw new ContentTooLargeException(maxBytes);
                sha256.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
            }
            return Convert.ToHexStringLower(sha256.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private HeldContent Publish(FileStream file, string hash)
    {
        var path = PathOf(hash);
        var directory = Path.GetDirectoryName(path)!;
        DurableFile.CreateDirectory(directory);
        HeldContent held;
        lock (_gate)
        {
            var isNew = !File.Exists(path);
            if (!isNew) file.Dispose();   // before: others may find its name already, and must always be able to open what has it
            Name(file.Name, path);
            file.Dispose();   // still inside: whoever finds it under its name must be able to open it
            held = Hold(hash, isNew);
        }
        try
        {
            // Also where nothing was created or renamed here: another process may have done it and not have flushed yet.
            DurableFile.FlushDirectory(directory);
            DurableFile.FlushDirectory(_contents);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static void Name(string temporary, string path)
    {
        try
        {
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (OperatingSystem.IsWindows() && e is IOException or UnauthorizedAccessException && new FileInfo(path) is { Exists: true } present && present.Length == new FileInfo(temporary).Length)
        {
            // Windows replaces no file that somebody has mapped.
        }
    }

    private HeldContent Hold(string hash, bool isNew)
    {
        if (!_holds.TryGetValue(hash, out var hold)) _holds[hash] = hold = new ContentHold(hash) { IsUnwanted = isNew };
        hold.Holders++;
        return new HeldContent(this, hold, isNew);
    }

    private void RemoveLeftovers()
    {
        using var process = Process.GetCurrentProcess();
        var started = process.StartTime.ToUniversalTime();
        foreach (var file in new DirectoryInfo(_incoming).EnumerateFiles("*.tmp").Where(file => file.LastWriteTimeUtc < started))
            RemoveUnlessLocked(file.FullName);
    }

    private static void RemoveUnlessLocked(string path)
    {
        try
        {
            using var locked = new FileStream(path, FileMode.Open, FileAccess.Write, Locked);
            File.Delete(path);
        }
        catch (IOException)
        {
            // Another process is adding it, or has just named or removed it.
        }
    }

    private string PathOf(string hash) => Path.Combine(_contents, hash[..2], hash);

    private static bool IsHash(string text) => text.Length == HashLength && text.All(char.IsAsciiHexDigitLower);
}
