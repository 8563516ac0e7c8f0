using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using OnePeace.Engine.Packages;
using OnePeace.Modalities;
using OnePeace.Transformer.Checkpoints;

namespace OnePeace.Gateway.Tests.Hosting;

/// <summary>Well-formed packages of which nothing can be run.</summary>
internal static class PackageFile
{
    private const int Width = 16;

    /// <returns>The package's bytes.</returns>
    public static byte[] Of(string name, string version, string content = "")
    {
        var path = Path.GetTempFileName();
        try
        {
            PackageWriter.Write(path, Manifest(name, version),
            [
                PackageEntry.FromBytes("plugin/Test.dll", "no assembly"u8.ToArray()),
                PackageEntry.FromBytes("canaries/one", System.Text.Encoding.UTF8.GetBytes(content)),
                PackageEntry.FromBytes("weights.safetensors", new byte[8]),
            ]);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static ModalityManifest Manifest(string name, string version)
    {
        float[] unit = [1, .. new float[Width - 1]];
        return new ModalityManifest
        {
            Format = ModalityManifest.CurrentFormat,
            Name = name,
            Version = version,
            Description = "Tests.",
            MediaTypes = [$"application/x-{name}"],
            Assembly = "plugin/Test.dll",
            Contract = typeof(IModality).Assembly.GetName().Version!.ToString(2),
            Core = new CoreBinding(new string('0', 64), CoreShapes.ToJson(new CoreShape { Width = Width, Heads = 2, Layers = 1, ExpertWidth = 4 })),
            Options = new JsonObject(),
            Parameters = 12_345,
            WeightBytes = 8,
            Cost = new TokenCost(7, 9),
            Canaries = [new Canary("canaries/one", Convert.ToBase64String(MemoryMarshal.AsBytes<float>(unit)))],
            Files = new Dictionary<string, PackagedFile>(),
        };
    }
}
