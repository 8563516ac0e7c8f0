using System.Text.Json.Nodes;
using OnePeace.Modalities.Testing.Tests.Plugins;

namespace OnePeace.Modalities.Testing.Tests;

public sealed class ProjectTests : IDisposable
{
    private readonly BeatProject _project = new(typeof(GoodModality));

    public static TheoryData<string, string, string> Descriptions => new()
    {
        { "name", "\"drums\"", "the plugin is 'beats': give both one name" },
        { "description", "\" \"", "say in a sentence" },
        { "canaries", "[\"samples/none.beats\"]", "no such file" },
        { "canaries", "[\"samples/empty.beats\"]", "1 to 1000 bytes, but it has 0" },
        { "limits", """{ "max_input_bytes": 5 }""", "1 to 5 bytes, but it has 24" },
        { "limits", """{ "max_tokens": 20 }""", "1 to 20 tokens, but it becomes 25" },
        { "limits", """{ "max_tokens": 20000000 }""", "max_tokens" },
        { "limits", """{ "prepare_seconds": 0 }""", "prepare_seconds" },
        { "limits", """{ "max_input_bytes": 2000000000 }""", "max_input_bytes" },
        { "version", "\"one\"", "MAJOR.MINOR.PATCH" },
        { "surprise", "1", "surprise" },
    };

    [Theory]
    [MemberData(nameof(Descriptions))]
    public void A_description_that_is_not_as_expected_says_so(string key, string value, string reason)
    {
        File.WriteAllBytes(_project.At("samples/empty.beats"), []);
        _project.Describe(description => description[key] = JsonNode.Parse(value));
        Assert.Contains(reason, Fails("description"));
    }

    [Fact]
    public void Weights_of_a_modality_need_a_model_that_has_it()
    {
        _project.Describe(description => description["weights"] = new JsonObject { ["from"] = "image" });
        Assert.Contains("ONEPEACE_MODEL", Fails("tokens"));
        (_project.Conformance with { Model = RepositoryFolder.At("models/demo") }).Check("tokens");
        _project.Describe(description => description["weights"] = new JsonObject { ["from"] = "smell" });
        Assert.Contains("has only audio, image, imu, text",
            Assert.Throws<ConformanceException>(() => (_project.Conformance with { Model = RepositoryFolder.At("models/demo") }).Check("tokens")).Message);
    }

    [Fact]
    public void A_model_of_the_authors_gives_the_core_that_is_packed_for() =>
        (_project.Conformance with { Model = RepositoryFolder.At("models/demo") }).Check("package");

    [Fact]
    public void A_plugin_that_was_not_built_says_so()
    {
        Directory.Delete(_project.At("bin"), recursive: true);
        Assert.Contains("EnableDynamicLoading", Fails("package"));
    }

    [Fact]
    public void Samples_of_one_length_pass_as_well()
    {
        _project.Describe(description => description["canaries"] = new JsonArray("samples/long.beats"));
        Assert.Empty(_project.Failures());
    }

    [Fact]
    public void A_test_project_that_refers_to_no_project_of_a_modality_says_so() =>
        Assert.Contains("it refers to 0", Assert.Throws<ConformanceException>(() => ModalityConformance.Of<GoodModality>()).Message);

    public void Dispose() => _project.Dispose();

    private string Fails(string check) => Assert.Throws<ConformanceException>(() => _project.Conformance.Check(check)).Message;
}
