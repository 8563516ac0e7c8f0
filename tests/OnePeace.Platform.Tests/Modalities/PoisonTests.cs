using System.Net;
using System.Net.Http.Json;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Modalities;

/// <summary>A plugin that throws on the device: who shares a batch with the input to blame is answered all the same.</summary>
public sealed class PoisonTests : IDisposable
{
    private const int Callers = 32, Poisoned = 17;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_input_that_makes_the_adaptor_throw_among_thirty_one_good_ones_fails_alone()
    {
        var project = (await AuthorProject.CreateAsync(_folder["motion"]))
            .With("MotionAdaptor.cs", "using var scope", "if (batch[\"patches\"].max().item<float>() > 9_000) throw new InvalidOperationException(\"/secret/path\");\n        using var scope");
        await using var platform = await RunningPlatform.StartAsync(_folder["data"]);
        using var http = platform.Client(platform.Key);
        Assert.Equal(HttpStatusCode.Created, (await http.AddAsync(await project.PackAsync("1.0.0"))).Status);
        var expected = await http.EmbedAsync(AuthorProject.Name, Input(0));

        var batches = await http.MetricAsync("onepeace_engine_batch_items_count");
        var busy = http.EmbedAsync("audio", Convert.ToBase64String(File.ReadAllBytes(RepositoryFolder.At("samples/tone.wav"))));   // meanwhile the others gather in the queue
        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(async i =>
        {
            using var answer = await http.PostAsJsonAsync("v1/embeddings", new { input = new[] { new Dictionary<string, string> { [AuthorProject.Name] = Input(i) } } });
            return (answer.StatusCode, Body: await answer.Content.ReadAsStringAsync());
        }));
        await busy;

        Assert.True(answers[Poisoned].StatusCode == HttpStatusCode.UnprocessableEntity, answers[Poisoned].Body);
        Assert.DoesNotContain("secret", answers[Poisoned].Body);
        Assert.All(answers.Where((_, i) => i != Poisoned), answer => Assert.True(answer.StatusCode == HttpStatusCode.OK, answer.Body));
        Assert.Equal(expected, await http.EmbedAsync(AuthorProject.Name, Input(0)));
        Assert.True(await http.MetricAsync("onepeace_engine_batch_items_count") - batches < Callers / 2, "the inputs did not share batches");
    }

    private static string Input(int caller) => caller == Poisoned ? "1 2 9500" : $"1 2 {caller}";
}
