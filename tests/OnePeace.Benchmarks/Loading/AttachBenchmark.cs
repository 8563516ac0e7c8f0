using System.Security.Cryptography;
using OnePeace.Engine;
using OnePeace.Engine.Packages;
using OnePeace.Engine.Plugins;
using OnePeace.Engine.Residency;
using OnePeace.Modalities;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Benchmarks.Loading;

/// <summary>Attaching a package of 227 MB to a running engine against reading its file once. The file is in the page cache.</summary>
internal static class AttachBenchmark
{
    private const int Repeats = 5, BufferBytes = 1 << 20;

    private static readonly CoreShape Shape = new() { Width = 768, Heads = 12, Layers = 8, ExpertWidth = 3072, LayerScaleInit = 0.5 };

    public static async Task RunAsync(BenchmarkReport report)
    {
        using var packages = new BenchmarkPackages(Shape, ScalarType.Float32);
        var package = packages.Original;
        using var model = packages.Open();
        using var core = ModelLoader.LoadCore(model, CPU, ScalarType.Float32);
        await using var engine = await packages.StartAsync(new ResidencyOptions());
        var rounds = new List<(double Attach, double Read, double Hashed, IReadOnlyList<(string Name, double Milliseconds)> Stages)>();
        for (var round = 0; round <= Repeats; round++)
        {
            var figures = (await AttachAsync(engine, packages), Timings.Of(() => Read(package.Path, _ => { })), Timings.Of(() => Hash(package.Path)), Stages(packages, core, model.CoreHash));
            if (round > 0) rounds.Add(figures);   // the first compiles what is called here
        }
        var bytes = new FileInfo(package.Path).Length;
        var stages = rounds[0].Stages.Select((stage, i) => (stage.Name, Milliseconds: Timings.Median(rounds.Select(r => r.Stages[i].Milliseconds)))).ToArray();
        var warmUp = stages[^1].Milliseconds;
        var (attach, read, hashed) = (Timings.Median(rounds.Select(r => r.Attach)), Timings.Median(rounds.Select(r => r.Read)), Timings.Median(rounds.Select(r => r.Hashed)));
        report.Add("attach", $"Attaching {bytes / 1e6:0} MB, page cache warm, median of {Repeats}", ["what", "ms", "least", "most"],
        [
            Row("attached: staged and activated in a running engine", rounds.Select(r => r.Attach)),
            Row("the file read once, 1 MiB at a time", rounds.Select(r => r.Read)),
            Row("the file read once and hashed (SHA-256)", rounds.Select(r => r.Hashed)),
            Row("warm-up: the canaries' forward passes", rounds.Select(r => r.Stages[^1].Milliseconds)),
            ["attached / (read + warm-up), times", attach / (read + warmUp), "", ""],
            ["attached / (read and hashed + warm-up), times", attach / (hashed + warmUp), "", ""],
        ]);
        report.Add("attach_stages", "The stages of attaching, one after the other on one thread", ["stage", "ms"], stages.Select(stage => new object[] { stage.Name, stage.Milliseconds }));
    }

    private static object[] Row(string name, IEnumerable<double> values) => [name, Timings.Median(values), values.Min(), values.Max()];

    private static async Task<double> AttachAsync(EncodingEngine engine, BenchmarkPackages packages)
    {
        if (Directory.Exists(packages.WorkFolder)) Directory.Delete(packages.WorkFolder, recursive: true);
        var hash = packages.Original.Hash;
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        await engine.Packages!.StageAsync(hash, default);
        engine.Packages.Activate(hash);
        var duration = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        await engine.EncodeAsync(new EncodeWork([new([new(packages.Original.Name, BenchmarkPackages.Sample)])]), default);
        engine.Packages.Withdraw(hash);
        while (engine.Packages.Versions.Count > 0) await Task.Delay(20);
        return duration;
    }

    private static IReadOnlyList<(string Name, double Milliseconds)> Stages(BenchmarkPackages packages, TransformerCore core, string coreHash)
    {
        var stages = new List<(string, double)>();
        void Measure(string name, Action work) => stages.Add((name, Timings.Of(work)));
        var folder = Path.Combine(packages.WorkFolder, "stages");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        ModalityPackage? package = null;
        LoadedPlugin? plugin = null;
        ModalityModule? module = null;
        IPreprocessor? preprocessor = null;
        Measure("open: map, directory, manifest", () => package = ModalityPackage.Open(packages.Original.Path));
        Measure("compare hashes", () => package!.VerifyContents());
        Measure("look for values that are not finite", () => PackageWeights.Check(package!.AsSource(null).Weights, package.Manifest));
        Measure("lay out and load the plugin", () => plugin = PackageTrial.LoadPlugin(package!, folder));
        Measure("build the module and give it its weights", () => module = PackageTrial.LoadWeights(package!, plugin!, folder, CPU, ScalarType.Float32));
        Measure("create the preprocessor", () => preprocessor = PackageTrial.CreatePreprocessor(module!));
        Measure("answer the canaries", () => PackageTrial.AnswerCanaries(package!, module!, preprocessor!, new TrialCore(coreHash, core, CPU, ScalarType.Float32)));
        module!.Dispose();
        plugin!.Dispose();
        package!.Dispose();
        return stages;
    }

    private static void Hash(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Read(path, chunk => hash.AppendData(chunk));
        hash.GetHashAndReset();
    }

    private static void Read(string path, Action<ReadOnlySpan<byte>> take)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var buffer = new byte[BufferBytes];
        while (file.Read(buffer) is > 0 and var count) take(buffer.AsSpan(0, count));
    }
}
