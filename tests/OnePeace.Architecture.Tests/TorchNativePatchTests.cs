using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using OnePeace.Build;

namespace OnePeace.Architecture.Tests;

/// <summary>The patch of build/TorchNativePatch.cs, on the package's real library.</summary>
public sealed class TorchNativePatchTests : IDisposable
{
    private static readonly string Original = Path.Combine(
        typeof(TorchNativePatchTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "TorchSharpPackage").Value!,
        "runtimes/linux-x64/native/libLibTorchSharp.so");

    private readonly string _folder = Directory.CreateTempSubdirectory("onepeace-patch-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_library_asks_for_the_older_version_afterwards_and_is_patched_only_once()
    {
        var file = Copy(Original);
        int versions = Mentions(file, TorchNativePatch.NeededVersion), symbols = Mentions(file, TorchNativePatch.NeededSymbol);

        Assert.True(TorchNativePatch.Apply(file));

        // The names that the loader reads are gone; a debugger's copies may stay.
        Assert.Equal(versions - 1, Mentions(file, TorchNativePatch.NeededVersion));
        Assert.Equal(symbols - 1, Mentions(file, TorchNativePatch.NeededSymbol));
        Assert.True(Mentions(file, TorchNativePatch.ProvidedVersion) > 0 && Mentions(file, TorchNativePatch.ProvidedSymbol) > 0);
        var patched = File.ReadAllBytes(file);
        Assert.False(TorchNativePatch.Apply(file));
        Assert.Equal(patched, File.ReadAllBytes(file));
        Assert.Equal([file], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Only_the_two_names_and_the_hash_change()
    {
        var before = File.ReadAllBytes(Original);
        var after = (byte[])before.Clone();
        Assert.True(TorchNativePatch.Patch(after));
        Assert.Equal(before.Length, after.Length);
        var changed = Enumerable.Range(0, before.Length).Count(i => before[i] != after[i]);
        Assert.InRange(changed, 1, TorchNativePatch.NeededSymbol.Length + TorchNativePatch.NeededVersion.Length + sizeof(uint));
    }

    [Fact]
    public void What_a_hard_link_points_to_stays_as_it_was()
    {
        string package = Copy(Original, "package.so"), output = Path.Combine(_folder, "output.so");
        var before = File.ReadAllBytes(package);
        Assert.Equal(0, Link(package, output));

        Assert.True(TorchNativePatch.Apply(output));

        Assert.Equal(before, File.ReadAllBytes(package));
        Assert.NotEqual(before, File.ReadAllBytes(output));
    }

    [Theory]
    [InlineData("libcoreclr.so")]
    [InlineData("libSystem.Native.so")]
    public void Another_native_library_is_left_alone(string name)
    {
        var file = Copy(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), name));
        var before = File.ReadAllBytes(file);
        Assert.False(TorchNativePatch.Apply(file));
        Assert.Equal(before, File.ReadAllBytes(file));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u007fELF")]
    [InlineData("#!/bin/sh\necho GLIBCXX_3.4.32 _ZSt21ios_base_library_initv and a good deal of text more than a header is long\n")]
    public void What_is_no_library_is_left_alone(string content)
    {
        var file = Path.Combine(_folder, "file.so");
        File.WriteAllText(file, content);
        Assert.False(TorchNativePatch.Apply(file));
        Assert.Equal(content, File.ReadAllText(file));
    }

    [Fact]
    public void The_hash_is_the_one_of_the_system_V_ABI() => Assert.Equal(0x0297f870u, TorchNativePatch.ElfHash("GLIBCXX_3.4.20"));

    private string Copy(string source, string? name = null)
    {
        var copy = Path.Combine(_folder, name ?? Path.GetFileName(source));
        File.Copy(source, copy);
        return copy;
    }

    private static int Mentions(string file, string text) => File.ReadAllBytes(file).AsSpan().Count(Encoding.ASCII.GetBytes("\0" + text + "\0"));

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int Link(string existing, string added);
}
