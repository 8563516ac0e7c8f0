using OnePeace.Contracts.Runs;
using OnePeace.Files;
using Orleans.Concurrency;
using Orleans.Placement;

namespace OnePeace.Grains.Runs;

/// <summary>Reads files of runs beside the worker that trained them, off the grain's own scheduler.</summary>
[Reentrant, PreferLocalPlacement]
public sealed class RunFilesGrain(RunSite site, RunReconciler reconciler) : Grain, IRunFilesGrain
{
    private const int ChunkBytes = 1 << 20;

    public Task AttendAsync() => Task.FromResult(IsHere());

    public async Task<RunModel?> FindAsync(string run, IReadOnlyList<string> folders) => IsHere() ? await Task.Run(() => Find(run, folders)) : null;

    public async Task<RunChunk?> ReadAsync(string run, string file, long offset) => IsHere() ? await Task.Run(() => ReadChunkAsync(PathOf(run, file), offset)) : null;

    private bool IsHere()
    {
        if (this.GetPrimaryKeyString().EndsWith($"/{reconciler.Worker}", StringComparison.Ordinal)) return true;
        DeactivateOnIdle();   // so that the worker's next call brings it there
        return false;
    }

    private RunModel Find(string run, IReadOnlyList<string> folders)
    {
        var folder = folders.FirstOrDefault(name => Directory.Exists(PathOf(run, name)));
        return new RunModel(reconciler.Worker, folder ?? "", folder is null ? [] : [.. Files(new DirectoryInfo(PathOf(run, folder)))]);
    }

    private static IEnumerable<RunFile> Files(DirectoryInfo folder) => folder.EnumerateFiles("*", SearchOption.AllDirectories)
        .Select(file => new RunFile(Path.GetRelativePath(folder.FullName, file.FullName).Replace(Path.DirectorySeparatorChar, '/'), file.Length))
        .OrderBy(file => file.Name, StringComparer.Ordinal);

    private static async Task<RunChunk?> ReadChunkAsync(string path, long offset)
    {
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.Asynchronous);
            var bytes = new byte[Math.Clamp(RandomAccess.GetLength(file) - offset, 0, ChunkBytes)];
            var read = await RandomAccess.ReadAsync(file, bytes, offset);
            return new RunChunk(read == bytes.Length ? bytes : bytes[..read]);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;   // the run was deleted a moment ago
        }
    }

    /// <exception cref="ArgumentException">The name leads out of the run's folder.</exception>
    private string PathOf(string run, string name) => RelativePath.IsInside(run) && RelativePath.IsInside(name)
        ? Path.Combine(site.FolderOf(run), name)
        : throw new ArgumentException($"Expected names below the folder of a run, but got '{run}' and '{name}'.", nameof(name));
}
