using System.Text.RegularExpressions;

namespace OnePeace.Architecture.Tests;

/// <summary>Only tests and the packaging know a concrete plugin; nothing above the plugins switches over modalities.</summary>
public sealed class ConcretePluginTests
{
    private static readonly string[] Plugins =
        [.. Repository.Projects.Where(p => p.Path.StartsWith("modalities/") && p.Name is not ("OnePeace.Modalities" or "OnePeace.Modalities.Testing")).Select(p => p.Name)];

    private static readonly string[] Names = [.. Plugins.Select(plugin => plugin.Split('.')[^1].ToLowerInvariant())];

    /// <summary>A plugin may build on another plugin's library, if it says so here.</summary>
    private static readonly Dictionary<string, string> Libraries = new() { ["OnePeace.Modalities.Video"] = "OnePeace.Modalities.Image" };

    [Fact]
    public void There_are_three_plugins_to_look_for() => Assert.True(Names.Length >= 3, string.Join(", ", Names));

    [Fact]
    public void Nothing_but_tests_and_the_packaging_refers_to_a_concrete_plugin() => Assert.Empty(References(Repository.Files));

    [Fact]
    public void A_reference_to_a_plugin_is_noticed_in_a_project_and_in_a_source()
    {
        var plugin = Plugins[0];
        Assert.Single(References([new("silos/A/A.csproj", $"<ProjectReference Include=\"../../modalities/{plugin}/{plugin}.csproj\" />")]));
        Assert.Single(References([new("build/Extra.targets", $"<PackageReference Include='{plugin}' />")]));
        Assert.Single(References([new("silos/A/A.cs", $"using {plugin};")]));
        Assert.Empty(References([new("tests/A/A.cs", $"using {plugin};"), new($"modalities/{plugin}/A.cs", $"namespace {plugin};")]));
        Assert.Empty(References([new("silos/A/A.cs", "using OnePeace.Modalities.Layers;")]));
    }

    [Fact]
    public void A_plugin_that_builds_on_another_is_noticed_unless_it_is_the_one_that_may()
    {
        const string image = "OnePeace.Modalities.Image", video = "OnePeace.Modalities.Video", text = "OnePeace.Modalities.Text";
        Assert.Empty(References([Using(video, image), new($"modalities/{video}/{video}.csproj", $"<ProjectReference Include=\"../{image}/{image}.csproj\" />")]));
        Assert.Single(References([Using(image, video)]));
        Assert.Single(References([Using(video, text)]));
        Assert.Single(References([Using(text, image)]));
        Assert.Single(References([new($"modalities/{text}/{text}.csproj", $"<ProjectReference Include=\"../{image}/{image}.csproj\" />")]));

        static SourceFile Using(string plugin, string other) => new($"modalities/{plugin}/A.cs", $"using {other};");
    }

    [Fact]
    public void No_file_of_core_engine_grains_or_host_names_three_modalities() => Assert.Empty(NamingThree(Repository.Files));

    [Theory]
    [InlineData("""var known = name switch { "text" => 1, "image" => 2, "audio" => 3 };""")]
    [InlineData("""void EncodeText() { } void EncodeImage() { } void EncodeAudio() { }""")]
    [InlineData("""const string Text = "text", Keys = "image_ffn.audio_ffn";""")]
    public void A_file_that_names_three_modalities_is_noticed(string source) =>
        Assert.Single(NamingThree([new("silos/A/A.cs", source)]));

    [Theory]
    [InlineData("""using System.Text; /* text, image and audio */ var imageAudio = 1;""")]
    [InlineData("""var context = "texture"; var imagery = "image"; var audio = "audio"; // text""")]
    public void Comments_namespaces_and_longer_words_name_no_modality(string source) =>
        Assert.Empty(NamingThree([new("silos/A/A.cs", source)]));

    private static IReadOnlyList<string> References(IEnumerable<SourceFile> files) =>
    [
        .. from file in files
           where !file.IsTest && file.Path != "build/PackagedModalities.targets"
           from plugin in Plugins
           where !file.IsIn($"modalities/{plugin}") && !Libraries.Any(pair => pair.Value == plugin && file.IsIn($"modalities/{pair.Key}"))
           let mention = file.IsCSharp ? $@"\b{Regex.Escape(plugin)}\b" : $@"\bInclude\s*=\s*[""'][^""']*\b{Regex.Escape(plugin)}\b"
           where file.IsCSharp || file.Path.EndsWith("proj") || file.Path.EndsWith(".props") || file.Path.EndsWith(".targets")
           where Regex.IsMatch(file.IsCSharp ? CSharpText.WithoutComments(file.Text) : file.Text, mention)
           select $"{file} refers to {plugin}",
    ];

    private static IReadOnlyList<string> NamingThree(IEnumerable<SourceFile> files) =>
    [
        .. from file in files
           where file.IsCSharp && file.IsIn("silos", "grains", "host")
           let words = CSharpText.Words(CSharpText.WithoutComments(file.Text).Replace("System.Text", "")).ToHashSet()
           where Names.Count(words.Contains) >= 3
           select $"{file} names {string.Join(", ", Names.Where(words.Contains))}",
    ];
}
