using System.Text.Json.Nodes;
using OnePeace.Engine.Hosting;

namespace OnePeace.Engine.Tests.Packages;

/// <summary>Plugins that cannot be loaded, or are not what the manifest says.</summary>
internal static class CorruptPlugins
{
    public static IEnumerable<CorruptPackage> All(string good)
    {
        yield return Assembly(good, "an assembly that is none", _ => "no assembly"u8.ToArray());
        yield return Assembly(good, "an assembly cut in half", whole => whole[..(whole.Length / 2)]);
        yield return Assembly(good, "an assembly without a modality", _ => EmittedPlugins.Empty());
        yield return Assembly(good, "an assembly with two modalities", _ => EmittedPlugins.Two(CorruptPackages.Name));
        yield return Assembly(good, "a constructor that throws", _ => EmittedPlugins.ThrowsWhenCreated(CorruptPackages.Name));
        yield return Assembly(good, "no constructor without parameters", _ => EmittedPlugins.WithoutPlainConstructor(CorruptPackages.Name));
        yield return Assembly(good, "a constructor that never returns", _ => EmittedPlugins.NeverReturns(CorruptPackages.Name)) with { NeverReturns = true };
        yield return Assembly(good, "a plugin of another name", _ => EmittedPlugins.Named("other", "audio/wav"));
        yield return Assembly(good, "a plugin of a name that is none", _ => EmittedPlugins.Named("../other\n", "audio/wav"));
        yield return Assembly(good, "a plugin that takes other media", _ => EmittedPlugins.Named(CorruptPackages.Name, "audio/other"));
        yield return Changed(good, "media types that are not the plugin's", d => d.Manifest["media_types"] = new JsonArray("text/plain"));
        yield return Changed(good, "a name that is not the plugin's", d => d.Manifest["name"] = "other");
        yield return Changed(good, "dependencies that are no JSON", d => d[Dependencies(d)] = "no JSON"u8.ToArray());
        yield return Changed(good, "an adaptor that throws", d => d[d.Assembly] = EmittedPlugins.Named(CorruptPackages.Name, (string)d.Manifest["media_types"]![0]!), d => d.Manifest["media_types"] = new JsonArray((string)d.Manifest["media_types"]![0]!));
        yield return Changed(good, "options that are no options", d => d.Manifest["options"]!["feature_encoder_spec"] = "import os");
    }

    private static string Dependencies(PackageDraft draft) => Path.ChangeExtension(draft.Assembly, ".deps.json");

    private static CorruptPackage Assembly(string good, string name, Func<byte[], byte[]> change) => Changed(good, name, draft => draft[draft.Assembly] = change(draft[draft.Assembly]));

    private static CorruptPackage Changed(string good, string name, params Action<PackageDraft>[] changes) =>
        CorruptPackages.Changed(good, name, PackageFault.BrokenPlugin, draft => Array.ForEach(changes, change => change(draft)));
}
