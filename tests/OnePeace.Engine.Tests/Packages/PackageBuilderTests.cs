using System.Text.Json.Nodes;
using OnePeace.Engine.Devices;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Packages;
using OnePeace.Modalities.Layers.Packing;
using OnePeace.Transformer.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Engine.Tests.Packages;

public sealed class PackageBuilderTests(PackageFixture fixture) : IClassFixture<PackageFixture>
{
    [Fact]
    public void The_same_project_makes_the_same_bytes_twice()
    {
        Assert.Equal(fixture.Packed.Hash, Build(fixture.Project, "twice.opm").Hash);
        Assert.Equal(File.ReadAllBytes(fixture.Good), File.ReadAllBytes(fixture.At("twice.opm")));
    }

    [Fact]
    public void Another_seed_makes_other_weights()
    {
        var other = Build(fixture.WriteProject("other seed", new JsonObject { ["seed"] = 8 }), "seed.opm");
        Assert.NotEqual(fixture.Packed.Manifest.Canaries[0].Vector, other.Manifest.Canaries[0].Vector);
    }

    [Fact]
    public void The_manifest_says_what_the_weights_are_and_what_inputs_cost()
    {
        using var package = ModalityPackage.Open(fixture.Good);
        var weights = package.AsSource(null).Weights.Weights.Values;
        Assert.Equal(weights.Sum(w => w.Shape.Aggregate(1L, (product, side) => product * side)), package.Manifest.Parameters);
        Assert.Equal(package.Manifest.Parameters * 4, package.Manifest.WeightBytes);
        Assert.Equal((fixture.Model.CoreHash, fixture.Model.Shape), (package.Manifest.Core.Hash, package.Shape));
        Assert.InRange(package.Manifest.Cost.Typical, 10, 200);
        Assert.DoesNotContain(package.Manifest.Files.Keys, name => name.EndsWith(".pdb", StringComparison.Ordinal));
    }

    [Fact]
    public void Weights_and_options_are_taken_over_from_a_modality_of_the_model_where_they_fit()
    {
        Build(fixture.WriteProject("from", new JsonObject { ["seed"] = 1, ["from"] = PackageFixture.Name }, options: []), "from.opm");
        using var package = ModalityPackage.Open(fixture.At("from.opm"));
        Assert.Equal(4, (int)package.Manifest.Options["conv_pos_groups"]!);
        Assert.All(package.AsSource(null).Weights.Weights.Keys, name => Assert.True(Same(package.AsSource(null).Weights, fixture.Model.Modalities[PackageFixture.Name].Weights, name), name));
    }

    [Fact]
    public void A_weight_that_does_not_fit_keeps_its_initial_value()
    {
        var options = new JsonObject { ["feature_encoder_spec"] = "[(8, 10, 5)] + [(8, 3, 2)] * 4 + [(8, 2, 2)] * 2" };
        Build(fixture.WriteProject("half", new JsonObject { ["from"] = PackageFixture.Name }, options), "half.opm");
        using var package = ModalityPackage.Open(fixture.At("half.opm"));
        IWeightSource mine = package.AsSource(null).Weights, theirs = fixture.Model.Modalities[PackageFixture.Name].Weights;
        Assert.Contains(mine.Weights, w => !theirs.Weights[w.Key].Shape.SequenceEqual(w.Value.Shape));
        Assert.True(Same(mine, theirs, "projection.weight"));
    }

    [Fact]
    public void A_projects_own_weights_are_packed_as_they_are()
    {
        var project = fixture.WriteProject("trained", new JsonObject { ["seed"] = 99 });
        using (var good = ModalityPackage.Open(fixture.Good)) File.WriteAllBytes(Path.Combine(project, "weights.safetensors"), good.Read("weights.safetensors").ToArray());
        var packed = Build(project, "trained.opm");
        Assert.Equal(fixture.Packed.Manifest.Canaries[0].Vector, packed.Manifest.Canaries[0].Vector);
    }

    [Fact]
    public void Weights_are_stored_in_the_type_of_the_core()
    {
        ModelDirectory.Write(fixture.Model, fixture.At("bfloat16"), ScalarType.BFloat16);
        using var model = ModelSources.Open(fixture.At("bfloat16"));
        PackageBuilder.Build(ModalityProject.Open(fixture.Project), PackageFixture.Plugin, model, fixture.At("bfloat16.opm"));
        using var package = ModalityPackage.Open(fixture.At("bfloat16.opm"));
        Assert.All(package.AsSource(null).Weights.Weights.Values, w => Assert.Equal(ScalarType.BFloat16, w.Type));
        using var core = ModelLoader.Load(model, _ => throw new InvalidOperationException(), []);
        PackageTrial.Run(package, new TrialCore(model.CoreHash, core.Core, CPU, ScalarType.BFloat16), new PackagePolicy(null), fixture.At("in bfloat16")).Dispose();
        using var wide = ModelLoader.Load(model, _ => throw new InvalidOperationException(), [], CPU, ScalarType.Float32);
        PackageTrial.Run(package, new TrialCore(model.CoreHash, wide.Core, CPU, ScalarType.Float32), new PackagePolicy(null), fixture.At("in float32")).Dispose();
    }

    [Fact]
    public void A_package_is_tried_in_int8_where_that_is_served()
    {
        Assert.SkipWhen(Quantisation.Refusal is not null, Quantisation.Refusal ?? "");
        using var package = ModalityPackage.Open(fixture.Good);
        var core = fixture.Core with { Precision = new Precision(ScalarType.Float32, QuantisesExperts: true) };
        using var tried = PackageTrial.Run(package, core, new PackagePolicy(null), fixture.At("in int8"));
        var canary = package.Manifest.Canaries[0];
        var vector = PackageTrial.Encode(tried.Module, PluginCode.Prepare(tried.Preprocessor, package.Read(canary.Input), canary.Input, package.Manifest.Limits), core, canary.Input);
        Assert.InRange(ManifestRules.Vector(canary).Zip(vector, (one, other) => one * other).Sum(), 0.99, 0.9999999);   // not the same: it is int8 that computes
    }

    [Theory]
    [InlineData("name", "smell", "give both one name")]
    [InlineData("name", "No", "Expected a name")]
    [InlineData("version", "one", "Expected a version")]
    [InlineData("canaries", null, "'canaries'")]
    [InlineData("surprise", "x", "surprise")]
    public void A_project_that_is_not_as_expected_says_so(string key, string? value, string reason)
    {
        var project = Change(key, value);
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => Build(project, "none.opm")).Message);
        Assert.False(File.Exists(fixture.At("none.opm")));
    }

    [Fact]
    public void A_canary_that_is_missing_too_long_or_refused_says_so()
    {
        Assert.Contains("no such file", Assert.Throws<InvalidDataException>(() => Build(Change("canaries", new JsonArray("samples/none.wav")), "none.opm")).Message);
        Assert.Contains("tokens", Assert.Throws<InvalidDataException>(() => Build(Change("limits", new JsonObject { ["max_tokens"] = 2 }), "none.opm")).Message);
        Assert.Contains("bytes", Assert.Throws<InvalidDataException>(() => Build(Change("limits", new JsonObject { ["max_input_bytes"] = 2 }), "none.opm")).Message);
        var refused = Assert.Throws<PackageRefusedException>(() => Build(Change("canaries", new JsonArray("modality.json")), "none.opm"));
        Assert.Equal(PackageFault.CanaryFailed, refused.Fault);
        Assert.Contains("has only", Assert.Throws<InvalidDataException>(() => Build(Change("weights", new JsonObject { ["from"] = "smell" }), "none.opm")).Message);
    }

    private PackedModality Build(string project, string name) => PackageBuilder.Build(ModalityProject.Open(project), PackageFixture.Plugin, fixture.Model, fixture.At(name));

    private string Change(string key, JsonNode? value)
    {
        var folder = fixture.WriteProject(Guid.NewGuid().ToString("N"), []);
        var path = Path.Combine(folder, "modality.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        if (value is null) json.Remove(key);
        else json[key] = value;
        File.WriteAllText(path, json.ToJsonString());
        return folder;
    }

    private static bool Same(IWeightSource a, IWeightSource b, string name)
    {
        using var scope = NewDisposeScope();
        Tensor x = a.Read(name), y = b.Read(name);
        return x.shape.AsSpan().SequenceEqual(y.shape) && x.equal(y).all().item<bool>();
    }
}
