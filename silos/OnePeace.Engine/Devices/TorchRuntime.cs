using System.Runtime.InteropServices;
using TorchSharp;

namespace OnePeace.Engine.Devices;

/// <summary>The start-up check of torch's native libraries.</summary>
public static class TorchRuntime
{
    private const string Library = "libLibTorchSharp.so";

    private static readonly Lazy<string?> Problem = new(Load);

    /// <summary>Loads torch, once a process.</summary>
    /// <exception cref="EngineUnavailableException">It cannot be loaded: the loader's real error, and what to do.</exception>
    public static void EnsureLoaded()
    {
        if (Problem.Value is { } problem) throw new EngineUnavailableException(problem);
    }

    /// <summary>What to do about the loader's error, or about a library that is not there (<paramref name="path"/> null).</summary>
    internal static string Explain(string? path, string error)
    {
        if (path is null)
            return $"torch cannot be loaded: {Library} lies neither in '{AppContext.BaseDirectory}' nor below its runtimes folder. Build the executable project for this platform (-p:TorchBackend=cpu or cuda). {error}";
        return $"torch cannot be loaded: {error.Trim()} {Remedy(error)}";
    }

    private static string Remedy(string error)
    {
        if (error.Contains("GLIBCXX", StringComparison.Ordinal))
            return "This system's libstdc++ is older than the library asks for: build without -p:PatchTorchNative=false, or install a newer libstdc++6.";
        if (error.Contains("libgomp", StringComparison.Ordinal)) return "Install the package libgomp1.";
        if (error.Contains("libcuda", StringComparison.Ordinal)) return "Install the NVIDIA driver, or build with -p:TorchBackend=cpu.";
        return "Check that all files of the build output were copied and belong to this platform.";
    }

    private static string? Load()
    {
        NativeAllocator.KeepFreedMemory();
        try
        {
            using var _ = torch.empty(1);
            return null;
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or NotSupportedException)
        {
            return Explain(Find(), LoaderError() ?? (e.InnerException ?? e).Message);
        }
    }

    private static string? Find() => new[] { "", Path.Combine("runtimes", RuntimeInformation.RuntimeIdentifier, "native"), Path.Combine("runtimes", "linux-x64", "native") }
        .Select(folder => Path.Combine(AppContext.BaseDirectory, folder, Library)).FirstOrDefault(File.Exists);

    /// <summary>TorchSharp reports a missing package whatever the reason is; the loader itself knows better.</summary>
    private static string? LoaderError()
    {
        if (Find() is not { } path) return null;
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(path));
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return e.Message;
        }
    }
}
