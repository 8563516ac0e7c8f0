using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OnePeace.Contracts.Runs;
using OnePeace.Gateway.Tests.Hosting;
using OnePeace.Grains.Runs;
using OnePeace.Grains.Tests.Runs;
using OnePeace.Training.Recipes;
using OnePeace.Training.Runs;
using OnePeace.Training.Steps;

namespace OnePeace.Gateway.Tests.Runs;

/// <summary>A platform that trains with a stand-in: ten steps, each waits until it may be taken.</summary>
public sealed class TrainingPlatform : IAsyncLifetime
{
    public const string Recipe = """{ "name": "r", "stages": [{ "name": "smell", "pivot": "text", "other": "smell", "steps": 10 }] }""";

    private readonly string _folder = Directory.CreateTempSubdirectory("onepeace-training-").FullName;

    public TrainingPlatform()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "pairs"));
        Directory.CreateDirectory(Path.Combine(_folder, "recipes"));
        foreach (var manifest in new[] { "manifest.jsonl", "pairs/manifest.jsonl" }) File.WriteAllText(Path.Combine(_folder, manifest), "{}\n");
        File.WriteAllText(Path.Combine(_folder, "recipes", "shipped.json"), Recipe);
        Platform = new Platform
        {
            TrainingData = _folder,
            Register = services => services.AddSingleton<IRunTrainer>(Trainer),
            Configure = options => options with { RecipeFolder = Path.Combine(_folder, "recipes") },
        };
    }

    public Platform Platform { get; }

    public HttpClient Client => Platform.Client;

    internal SteppingTrainer Trainer { get; } = new();

    public ValueTask InitializeAsync() => Platform.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await Platform.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public Task<HttpResponseMessage> SubmitAsync(string json, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/runs") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return Client.SendAsync(request);
    }

    public Task<HttpResponseMessage> CommandAsync(string id, string verb) => Client.PostAsync($"/v1/runs/{id}/{verb}", null);

    internal sealed class SteppingTrainer : IRunTrainer
    {
        /// <summary>How many steps may be taken, of all runs together.</summary>
        public SemaphoreSlim Allowed { get; } = new(0);

        /// <summary>What it leaves as its model, by file.</summary>
        public IReadOnlyDictionary<string, byte[]> Model { get; } = new Dictionary<string, byte[]>
        {
            ["config.json"] = "{}"u8.ToArray(),
            ["core.safetensors"] = RandomNumberGenerator.GetBytes((3 << 20) + 5),
            ["modalities/smell/empty.txt"] = [],
            ["modalities/smell/weights.safetensors"] = RandomNumberGenerator.GetBytes(1 << 20),
        };

        public async Task TrainAsync(RunTask task, ITrainingObserver observer, CancellationToken stop)
        {
            for (var step = 1; step <= 10; step++)
            {
                await Allowed.WaitAsync(stop);
                observer.Progressed(new TrainingProgress
                {
                    Stage = "smell",
                    Step = step,
                    Steps = 10,
                    Last = new StepResult(step, 0.5, new Dictionary<string, double> { ["contrastive"] = 0.5 }) { Accuracy = 0.25, LearningRate = 1e-3 },
                    PairsPerSecond = 8,
                    Remaining = TimeSpan.FromSeconds(3),
                    MemoryBytes = 1000,
                    BadPairs = 2,
                });
            }
            foreach (var (name, content) in Model)
            {
                var path = Path.Combine(task.Folder, "01-smell", "model", name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllBytesAsync(path, content, CancellationToken.None);
            }
        }

        public Task<RunPlugins?> PluginsAsync() => Task.FromResult<RunPlugins?>(new(["smell", "text"], name => new NamedModality(name)));

        public Task<string?> UnpublishableAsync(string id, RunOrder order, TrainingRecipe recipe) => Task.FromResult(order.Version == "6.6.6" ? "Nothing is published: the name is taken." : null);

        public Task<RunPackage> PublishAsync(RunTask task, CancellationToken stop) => Task.FromResult(new RunPackage("smell", "1.0.0", "hash"));
    }
}
