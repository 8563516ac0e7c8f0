using System.Reflection;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Plugins;
using OnePeace.Modalities;

namespace OnePeace.Engine.Packages;

/// <summary>Calls into a plugin; whatever it throws becomes a refusal that tells no paths.</summary>
internal static class PluginCode
{
    public static LoadedPlugin Load(string folder, string assembly, NativeLibraries natives)
    {
        try
        {
            return PluginLoader.Load(folder, assembly, natives.Place);
        }
        catch (PluginLoadException e)
        {
            throw Broken(e.InnerException is { } inner ? $"The plugin '{PackageJson.Shown(assembly)}' cannot be loaded: {Describe(inner)}." : PackageJson.Shown(e.Message, PackageJson.MostSaid), e);
        }
    }

    public static T Run<T>(string purpose, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (DeviceFault.IsOutOfMemory(e))
        {
            throw new PackageRefusedException(PackageFault.NoRoom, $"The plugin was called {purpose}, but what it asks for does not fit into this host's memory.", e);
        }
        catch (Exception e) when (e is not PackageRefusedException && !DeviceFault.IsFatal(e))
        {
            throw Broken($"The plugin was called {purpose}, but {Describe(e)}.", e);
        }
    }

    /// <summary>Prepares a canary, waiting on the calling thread.</summary>
    public static PreparedInput Prepare(IPreprocessor preprocessor, ReadOnlyMemory<byte> bytes, string name, InputLimits limits) => Run($"to prepare '{name}'", () =>
    {
        var patience = TimeSpan.FromSeconds(limits.PrepareSeconds);
        using var end = new CancellationTokenSource(patience);
        try
        {
            return preprocessor.PrepareAsync(new RawInput(bytes), end.Token).AsTask().WaitAsync(patience, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (InvalidInputException e)
        {
            throw new PackageRefusedException(PackageFault.CanaryFailed, $"The canary '{name}' is refused by the plugin's own preprocessor ({e.Fault}).", e);
        }
    });

    public static PackageRefusedException Broken(string message, Exception? inner = null) => new(PackageFault.BrokenPlugin, message, inner);

    private static string Describe(Exception exception) => exception switch
    {
        TargetInvocationException { InnerException: { } inner } => Describe(inner),
        BadImageFormatException => "it is no .NET assembly for this host",
        FileNotFoundException or FileLoadException or DllNotFoundException => "something that it needs is neither in the package nor in this host: publish it with its dependencies",
        TypeLoadException or MissingMemberException => "it was built against another version of what this host has",
        TimeoutException => "it did not return in time",
        _ => $"it throws {exception.GetType().Name}{Said(exception.Message)}",
    };

    private static string Said(string message) =>
        message.Contains(Path.DirectorySeparatorChar) ? "" : $": {PackageJson.Shown(message, PackageJson.MostSaid).TrimEnd('.')}";
}
