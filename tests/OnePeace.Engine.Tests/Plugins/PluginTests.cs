using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using OnePeace.Engine.Plugins;
using OnePeace.Modalities;

namespace OnePeace.Engine.Tests.Plugins;

public sealed class PluginTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "modalities");

    [Fact]
    public void The_catalogue_names_what_lies_beside_the_executable()
    {
        using var catalogue = PluginCatalogue.BesideExecutable();
        Assert.Equal(["audio", "image", "imu", "text"], catalogue.Names);
    }

    [Fact]
    public void A_plugin_is_loaded_with_its_name_version_and_hash()
    {
        using var catalogue = new PluginCatalogue(Folder);
        var plugin = catalogue.Find("text");
        Assert.Equal("text", plugin.Name);
        Assert.Matches("^[0-9a-f]{64}$", plugin.Hash);
        Assert.StartsWith("0.1.0", plugin.Version, StringComparison.Ordinal);
        Assert.Same(plugin.Modality, catalogue.Get("text"));
    }

    [Fact]
    public void A_plugin_lives_in_a_context_of_its_own_and_shares_the_contract()
    {
        using var plugin = PluginLoader.Load(Path.Combine(Folder, "text"));
        var context = AssemblyLoadContext.GetLoadContext(plugin.Modality.GetType().Assembly)!;
        Assert.NotSame(AssemblyLoadContext.Default, context);
        Assert.Same(typeof(IModality).Assembly, context.LoadFromAssemblyName(typeof(IModality).Assembly.GetName()));
        Assert.Same(typeof(TorchSharp.torch).Assembly, context.LoadFromAssemblyName(typeof(TorchSharp.torch).Assembly.GetName()));
    }

    [Fact]
    public void A_plugins_own_copy_of_a_library_wins_over_the_hosts()
    {
        using var plugin = PluginLoader.Load(Path.Combine(Folder, "image"));
        var context = AssemblyLoadContext.GetLoadContext(plugin.Modality.GetType().Assembly)!;
        Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, "SkiaSharp.dll")));
        Assert.Same(context, AssemblyLoadContext.GetLoadContext(context.LoadFromAssemblyName(new("SkiaSharp"))));
    }

    [Fact]
    public void An_unloaded_plugin_is_collected()
    {
        var context = LoadAndUnload();
        for (var i = 0; i < 20 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.False(context.IsAlive);
    }

    [Fact]
    public void Pictures_are_decoded_by_the_native_library_in_the_plugins_own_folder_and_the_plugin_is_collected_after()
    {
        var context = DecodeAndUnload();
        for (var i = 0; i < 20 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.False(context.IsAlive);
    }

    [Fact]
    public void A_plugin_that_is_still_used_is_not_collected()
    {
        var plugin = PluginLoader.Load(Path.Combine(Folder, "text"));
        var context = new WeakReference(AssemblyLoadContext.GetLoadContext(plugin.Modality.GetType().Assembly));
        var modality = plugin.Modality;
        plugin.Dispose();
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.True(context.IsAlive);
        Assert.Equal("text", modality.Name);
    }

    [Fact]
    public void The_hash_changes_with_any_file()
    {
        using var copy = new TemporaryFolder();
        copy.CopyFrom(Path.Combine(Folder, "text"));
        using var before = PluginLoader.Load(copy.Path);
        File.WriteAllText(Path.Combine(copy.Path, "extra.txt"), "x");
        using var after = PluginLoader.Load(copy.Path);
        Assert.NotEqual(before.Hash, after.Hash);
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_known_ones()
    {
        using var catalogue = new PluginCatalogue(Folder);
        Assert.Contains("audio, image, imu, text", Assert.Throws<PluginLoadException>(() => catalogue.Get("smell")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_plugin_says_what_it_should_hold()
    {
        using var empty = new TemporaryFolder();
        Assert.Contains("must hold one *.deps.json, but holds 0", Assert.Throws<PluginLoadException>(() => PluginLoader.Load(empty.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_assembly_without_a_modality_says_so()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(AppContext.BaseDirectory, "OnePeace.Engine.dll"), Path.Combine(folder.Path, "OnePeace.Engine.dll"));
        File.WriteAllText(Path.Combine(folder.Path, "OnePeace.Engine.deps.json"), """{"runtimeTarget":{"name":".NETCoreApp,Version=v10.0"},"targets":{".NETCoreApp,Version=v10.0":{}},"libraries":{}}""");
        Assert.Contains("must have one public class that implements IModality, but has 0", Assert.Throws<PluginLoadException>(() => PluginLoader.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_assembly_is_an_error_of_its_plugin()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "Broken.dll"), "not an assembly");
        File.WriteAllText(Path.Combine(folder.Path, "Broken.deps.json"), """{"runtimeTarget":{"name":".NETCoreApp,Version=v10.0"},"targets":{".NETCoreApp,Version=v10.0":{}},"libraries":{}}""");
        Assert.Contains("Broken.dll' cannot be loaded", Assert.Throws<PluginLoadException>(() => PluginLoader.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_named_after_its_modality()
    {
        using var root = new TemporaryFolder();
        root.CopyFrom(Path.Combine(Folder, "text"), "words");
        using var catalogue = new PluginCatalogue(root.Path);
        Assert.Contains("must be named after its modality, 'text'", Assert.Throws<PluginLoadException>(() => catalogue.Get("words")).Message, StringComparison.Ordinal);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference DecodeAndUnload()
    {
        using var plugin = PluginLoader.Load(Path.Combine(Folder, "image"));
        var preprocessor = plugin.Modality.CreatePreprocessor(new ModalityOptions());
        var picture = File.ReadAllBytes(Path.Combine(ReferenceData.Folder, "image", "inputs", "a_scene.jpg"));
        Assert.NotEmpty(preprocessor.PrepareAsync(new RawInput(picture), default).AsTask().GetAwaiter().GetResult().Fields);
        Assert.Contains(Path.Combine(Folder, "image", "runtimes"), File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
        return new WeakReference(AssemblyLoadContext.GetLoadContext(plugin.Modality.GetType().Assembly));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference LoadAndUnload()
    {
        using var plugin = PluginLoader.Load(Path.Combine(Folder, "text"));
        Assert.NotEmpty(plugin.Modality.MediaTypes);
        return new WeakReference(AssemblyLoadContext.GetLoadContext(plugin.Modality.GetType().Assembly));
    }
}
