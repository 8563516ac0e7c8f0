using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace OnePeace.Modalities.Testing.Tests;

/// <summary>The NuGet packages that this build made for authors of plugins.</summary>
public sealed partial class ContractPackageTests
{
    private static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
    private static readonly string[] Files = Directory.GetFiles(RepositoryFolder.At($"modalities/OnePeace.Modalities.Testing/bin/{Configuration}/packages"), "*.nupkg");

    [Fact]
    public void There_are_five_of_one_version_that_names_their_content()
    {
        var names = Files.Select(file => FileName().Match(Path.GetFileName(file))).ToList();
        Assert.Equal(["OnePeace.Engine", "OnePeace.Files", "OnePeace.Modalities", "OnePeace.Modalities.Testing", "OnePeace.Transformer"], names.Select(name => name.Groups["id"].Value).Order());
        Assert.Single(names.Select(name => name.Groups["version"].Value).Distinct());
    }

    [Theory]
    [InlineData("OnePeace.Modalities", "SharpZipLib 1.4.1", "SkiaSharp 3.119.4", "TorchSharp 0.107.0")]
    [InlineData("OnePeace.Modalities.Testing", "OnePeace.Engine *", "libtorch-cpu-linux-x64 2.10.0")]
    [InlineData("OnePeace.Engine", "OnePeace.Transformer *")]
    [InlineData("OnePeace.Transformer", "OnePeace.Files *", "OnePeace.Modalities *")]
    [InlineData("OnePeace.Files")]
    public void Each_depends_on_what_it_needs_and_on_the_others_in_its_own_version(string id, params string[] expected)
    {
        var package = XDocument.Parse(Read(id, id + ".nuspec")).Root!.Elements().Single();
        var version = Value(package, "version");
        Assert.Equal("Apache-2.0", Value(package, "license"));
        Assert.Equal(expected.Select(dependency => dependency.Replace("*", version)).Order(StringComparer.Ordinal),
            package.Descendants().Where(element => element.Name.LocalName == "dependency").Select(d => $"{d.Attribute("id")!.Value} {d.Attribute("version")!.Value}").Order(StringComparer.Ordinal));
        Assert.NotEmpty(Read(id, $"lib/net10.0/{id}.xml"));
    }

    [Fact]
    public void The_kit_brings_the_build_step_that_lets_torch_load_and_says_where_the_project_is()
    {
        Assert.Contains("TorchNative.targets", Read("OnePeace.Modalities.Testing", "build/OnePeace.Modalities.Testing.targets"));
        Assert.Equal(File.ReadAllText(RepositoryFolder.At("build/TorchNative.targets")), Read("OnePeace.Modalities.Testing", "build/TorchNative.targets"));
        Assert.Equal(File.ReadAllText(RepositoryFolder.At("build/TorchNativePatch.cs")), Read("OnePeace.Modalities.Testing", "build/TorchNativePatch.cs"));
    }

    private static string Value(XElement parent, string name) => parent.Elements().Single(element => element.Name.LocalName == name).Value;

    private static string Read(string id, string entry)
    {
        using var package = ZipFile.OpenRead(Files.Single(file => FileName().Match(Path.GetFileName(file)).Groups["id"].Value == id));
        using var reader = new StreamReader(package.GetEntry(entry)!.Open());
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^(?<id>[A-Za-z.]+)\.(?<version>\d+\.\d+\.\d+-h[0-9a-f]{12})\.nupkg$", RegexOptions.IgnoreCase)]
    private static partial Regex FileName();
}
