using OnePeace.Files;

namespace OnePeace.Scenes.Datasets;

/// <summary>What was written.</summary>
/// <param name="Concepts">Those of training.</param>
/// <param name="HeldOut">Those of none but the held-out manifest.</param>
/// <param name="Files">Pictures, sounds and motions, without the manifests.</param>
/// <param name="Bytes">Of everything.</param>
public sealed record DatasetSummary(int Concepts, int HeldOut, int Files, long Bytes);

/// <summary>A generated data set on its way to the disk.</summary>
public sealed class SceneDataset(DatasetOptions options)
{
    private readonly DatasetPlan _plan = new(options);

    /// <summary>How many files have to be drawn.</summary>
    public int Files => _plan.Items.Count;

    /// <summary>Writes it beside its place, then puts it there: whole or not at all.</summary>
    /// <param name="folder">Must not exist, or be empty.</param>
    /// <param name="progress">Called with how many more files are drawn, from any thread.</param>
    /// <param name="cancellation">Stops, and removes what was written.</param>
    /// <exception cref="IOException">The folder holds something, or the disk does not take it.</exception>
    public async Task<DatasetSummary> WriteAsync(string folder, Action<long> progress, CancellationToken cancellation)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        CheckFree(folder);
        var parent = Path.GetDirectoryName(folder)!;
        DurableFile.CreateDirectory(parent);
        var temporary = $"{folder}.{Guid.NewGuid():N}.tmp";
        try
        {
            await WriteMediaAsync(temporary, progress, cancellation);
            WriteManifests(temporary);
            CheckFree(folder);
            if (Directory.Exists(folder)) Directory.Delete(folder);
            Directory.Move(temporary, folder);
            DurableFile.FlushDirectory(parent);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
        var bytes = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        return new DatasetSummary(SceneFactors.All.Count - _plan.HeldOut.Count, _plan.HeldOut.Count, Files, bytes);
    }

    private static void CheckFree(string folder)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new IOException($"{folder} is there already: expected a folder that does not exist, or an empty one; choose another.");
    }

    private async Task WriteMediaAsync(string folder, Action<long> progress, CancellationToken cancellation)
    {
        var items = _plan.Items;
        foreach (var place in items.Select(item => Path.GetDirectoryName(item.Path)!).Distinct()) Directory.CreateDirectory(Path.Combine(folder, place));
        await Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation }, async (item, stop) =>
        {
            var bytes = item.Medium.Draw(item.Factors, item.PrivateValue, new SceneRandom(_plan.Options.Seed, item.Name));
            await File.WriteAllBytesAsync(Path.Combine(folder, item.Path), bytes, stop);
            progress(1);
        });
    }

    private void WriteManifests(string folder)
    {
        foreach (var manifest in _plan.Manifests)
        {
            using var file = File.Create(Path.Combine(folder, manifest.Name + Manifest.Extension), bufferSize: 1 << 16);
            DatasetJson.Write(file, manifest);
        }
        using var description = File.Create(Path.Combine(folder, DatasetJson.DescriptionFile));
        DatasetJson.Write(description, _plan);
    }
}
