using System.CommandLine;
using System.Text.Json.Nodes;
using OnePeace.Cli.Outputs;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Packages;
using OnePeace.Transformer;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace modality verify</c>: the checks that a server makes of a package, in this process; not its operator's list, nor whether the name is taken there.</summary>
internal static class ModalityVerifyCommand
{
    public static Command Create()
    {
        var package = new Argument<string>("F.opm") { Description = "The package" };
        var model = SharedOptions.ModelOrDemo();
        var json = SharedOptions.Json();
        var command = new Command("verify", "Checks a package without a server: contents, signature, core, plugin, weights, canaries. Runs the plugin's code") { package, model, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(package);
            if (!File.Exists(path)) throw new BadInputException($"{path}: there is no such package.");
            var asJson = parsed.GetValue(json);
            var passed = new JsonArray();
            void Pass(string check)
            {
                lock (passed) passed.Add(check);
                if (!asJson) Console.Out.WriteLine(check);
            }

            using var opened = ModalityPackage.Open(path);
            Pass($"package: {opened.Manifest.Name} {opened.Manifest.Version}, {opened.Length} bytes");
            await TryAsync(opened, parsed.GetRequiredValue(model), Pass, cancellation);
            if (!asJson) return;
            Report.Print(true, new()
            {
                ["file"] = path,
                ["hash"] = opened.ComputeHash(cancellation),
                ["name"] = opened.Manifest.Name,
                ["version"] = opened.Manifest.Version,
                ["passed"] = passed,
            });
        });
        return command;
    }

    private static async Task TryAsync(ModalityPackage package, string path, Action<string> pass, CancellationToken cancellation)
    {
        TorchRuntime.EnsureLoaded();
        using var source = ModelPath.Open(path);
        using var model = ModelLoader.Load(source, name => throw new KeyNotFoundException(name), [], CPU, ScalarType.Float32);   // the core alone
        var core = new TrialCore(source.CoreHash, model.Core, CPU, ScalarType.Float32);
        PackageTrial.CheckStored(package, core, new PackagePolicy(null), pass, cancellation);
        var folder = Directory.CreateTempSubdirectory("onepeace-verify-").FullName;
        try
        {
            using var tried = await TrialThread.RunAsync("package trial", TrialThread.Patience,
                () => PackageTrial.TryPlugin(package, core, Path.Combine(folder, "package"), pass, cancellation), cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
