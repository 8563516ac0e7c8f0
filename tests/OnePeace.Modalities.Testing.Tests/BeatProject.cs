using System.Reflection;
using System.Reflection.Emit;
using System.Text.Json.Nodes;
using OnePeace.Modalities.Testing.Tests.Plugins;

namespace OnePeace.Modalities.Testing.Tests;

/// <summary>An author's project of beats, built: its plugin is a small emitted assembly with one class that inherits from one of these tests'.</summary>
internal sealed class BeatProject : IDisposable
{
    public static readonly byte[] TooLong = [.. Enumerable.Repeat((byte)7, GoodPreprocessor.Most + 1)];

    private const string Assembly = "Emitted.Beats";

    private readonly Type _plugin;

    public BeatProject(Type plugin)
    {
        _plugin = plugin;
        Directory.CreateDirectory(At("samples"));
        File.WriteAllBytes(At("samples/long.beats"), [.. Enumerable.Range(0, 24).Select(i => (byte)(5 * i))]);
        File.WriteAllBytes(At("samples/short.beats"), [3, 100, 44]);
        File.WriteAllBytes(At("samples/other.beats"), [.. Enumerable.Range(0, 11).Select(i => (byte)(127 - (9 * i)))]);
        Describe(_ => { });
        var output = Directory.CreateDirectory(At("bin/Release/net10.0")).FullName;
        File.WriteAllText(Path.Combine(output, Assembly + ".deps.json"), """{"runtimeTarget":{"name":".NETCoreApp,Version=v10.0"},"targets":{".NETCoreApp,Version=v10.0":{}},"libraries":{}}""");
        Emit(Path.Combine(output, Assembly + ".dll"));
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("onepeace-beats-").FullName;

    public ModalityConformance Conformance => ModalityConformance.Of(Folder, Assembly, () => (IModality)Activator.CreateInstance(_plugin)!) with
    {
        Model = null,
        BadInputs = [new BadInput("beats that are too long", TooLong)],
    };

    public string At(string path) => Path.Combine(Folder, path);

    /// <summary>Writes <c>modality.json</c>.</summary>
    public void Describe(Action<JsonObject> change)
    {
        var description = new JsonObject
        {
            ["name"] = GoodModality.ModalityName,
            ["version"] = "1.0.0",
            ["description"] = "Beats.",
            ["limits"] = new JsonObject { ["max_input_bytes"] = 1000, ["max_tokens"] = 65, ["prepare_seconds"] = 5 },
            ["canaries"] = new JsonArray("samples/long.beats", "samples/short.beats", "samples/other.beats"),
        };
        change(description);
        File.WriteAllText(At("modality.json"), description.ToJsonString());
    }

    /// <summary>The checks that fail, with their messages.</summary>
    public Dictionary<string, string> Failures()
    {
        var failures = new Dictionary<string, string>();
        foreach (var check in ModalityConformance.Checks)
        {
            try
            {
                Conformance.Check(check);
            }
            catch (ConformanceException e)
            {
                failures[check] = e.Message;
            }
        }
        return failures;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void Emit(string path)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(Assembly), typeof(object).Assembly);
        var type = assembly.DefineDynamicModule(Assembly).DefineType("Beats", TypeAttributes.Public | TypeAttributes.Class, _plugin, [typeof(IModality)]);
        type.DefineDefaultConstructor(MethodAttributes.Public);
        type.CreateType();
        assembly.Save(path);
    }
}
