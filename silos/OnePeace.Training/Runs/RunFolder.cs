using System.Text.Json;
using System.Text.RegularExpressions;
using OnePeace.Files;
using OnePeace.Training.Recipes;

namespace OnePeace.Training.Runs;

/// <summary>The folder of a run, held by one process at a time: two in one folder would write over each other.</summary>
internal sealed partial class RunFolder : IDisposable
{
    private const string LockFile = "run.lock", IdentityFile = "stage.json", Leftovers = "*.tmp";

    private readonly FileStream _lock;

    /// <exception cref="IOException">Another run holds it.</exception>
    public RunFolder(string path)
    {
        DurableFile.CreateDirectory(path);
        try
        {
            _lock = new FileStream(Path.Combine(path, LockFile), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"{path} cannot be used by this run, perhaps because another one uses it: wait for that, stop it, or give another folder. ({e.Message})", e);
        }
        foreach (var folder in Directory.GetDirectories(path).Append(path)) Sweep(folder);
    }

    /// <summary>Says what a stage's folder belongs to, or checks it where that is said already.</summary>
    /// <exception cref="InvalidDataException">It belongs to another recipe, seed or model.</exception>
    public static void Claim(StageSetting setting)
    {
        var identity = JsonSerializer.SerializeToUtf8Bytes(setting.Identity, RecipeJson.Indented.StageIdentity);
        var path = Path.Combine(setting.Folder, IdentityFile);
        if (!File.Exists(path))
        {
            DurableFile.CreateDirectory(setting.Folder);
            DurableFile.Write(path, stream => stream.Write(identity));
        }
        else if (!File.ReadAllBytes(path).AsSpan().SequenceEqual(identity))
        {
            throw new InvalidDataException($"{setting.Folder} holds a run of another recipe, seed or model: give another folder, or remove it to start again. A shipped recipe may have changed with the version: {path} keeps the stage and the seed that the run began with; put them into a copy of the recipe, and give that as --recipe.");
        }
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>Removes what a run that was killed left half written, and nothing that has another name: the folder may be somebody's.</summary>
    private static void Sweep(string folder)
    {
        foreach (var file in Directory.GetFiles(folder, Leftovers).Where(IsOwn)) File.Delete(file);
        foreach (var model in Directory.GetDirectories(folder, Leftovers).Where(IsOwn)) Directory.Delete(model, recursive: true);
    }

    private static bool IsOwn(string path) => OwnName().IsMatch(Path.GetFileName(path));

    [GeneratedRegex(@"^((first-)?model|(stage|first-model)\.json|(history|bad-pairs)\.jsonl|(best|checkpoint-\d{10})\.safetensors)\.[0-9a-f]{32}\.tmp$")]
    private static partial Regex OwnName();
}
