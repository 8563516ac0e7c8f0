using System.CommandLine;
using System.Globalization;
using OnePeace.Cli.Hosting;
using OnePeace.Engine;
using OnePeace.Engine.Batching;
using OnePeace.Engine.Residency;
using OnePeace.Training.Budgets;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace up</c>: the whole platform in one process.</summary>
internal static class UpCommand
{
    private const int DefaultPort = 5080;

    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "The port to serve on; 0 takes a free one", HelpName = "PORT", DefaultValueFactory = _ => DefaultPort };
        var host = new Option<string>("--host") { Description = "The address to serve on; 0.0.0.0 is every one", HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1" };
        var data = SharedOptions.Data();
        var model = SharedOptions.ModelOrDemo();
        Option<string> device = SharedOptions.Device(), type = SharedOptions.DataType();
        var memory = new Option<string>("--modality-memory") { Description = "The most that modalities' weights may take of the device's memory, such as 2GiB or 500MB; 0: no limit", HelpName = "SIZE" };
        var pin = new Option<string[]>("--pin") { Description = "Modalities whose weights always stay there", HelpName = "NAME", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        var loads = new Option<string>("--parallel-loads") { Description = "How many modalities are loaded at once", HelpName = "N" };
        Option<int> slots = Number("--slots", "Batches that are computed at once, each on a thread of its own; 0: as fits the processors"), threads = Number("--torch-threads", "Threads inside each of them; 0: as fits the processors");
        var deterministic = SharedOptions.Deterministic();
        var results = new Option<string>("--result-cache") { Description = "Memory for vectors of inputs that come again, such as 256MB; without it none are kept", HelpName = "SIZE", DefaultValueFactory = _ => "0" };
        var wait = new Option<string>("--longest-wait") { Description = "Seconds of work that may wait before more is refused, up to a day", HelpName = "SECONDS", DefaultValueFactory = _ => new BatchLimits().LongestWait.TotalSeconds.ToString(CultureInfo.InvariantCulture) };
        var training = new Option<string?>("--training-data") { Description = "The folder of the data that training runs may use; without it nobody may train", HelpName = "DIR" };
        Option<string> steps = Bound(TrainingBudget.StepsOption, "steps of all stages"), batch = Bound(TrainingBudget.BatchOption, "pairs in a step"), parameters = Bound(TrainingBudget.ParametersOption, "new weights");
        var command = new Command("up", "Starts the whole platform in one process; prints 'ready URL KEY' when it serves") { port, host, data, model, device, type, slots, threads, deterministic, results, wait, memory, pin, loads, training, steps, batch, parameters };
        command.SetAction((parsed, _) => Platform.RunAsync(new PlatformOptions(
            parsed.GetRequiredValue(host), parsed.GetRequiredValue(port), parsed.GetRequiredValue(data), parsed.GetRequiredValue(model),
            new EngineOptions
            {
                Device = parsed.GetRequiredValue(device),
                DataType = parsed.GetRequiredValue(type),
                Slots = parsed.GetValue(slots),
                TorchThreads = parsed.GetValue(threads),
                Deterministic = parsed.GetValue(deterministic),
                ResultCacheBytes = Read(() => MemorySize.Parse(parsed.GetRequiredValue(results), "--result-cache")),
                Batches = new BatchLimits { LongestWait = Read(() => BatchLimits.ParseWait(parsed.GetValue(wait), "--longest-wait")) },
                LeavesProcessorToTraining = parsed.GetValue(training) is not null,
                Residency = Read(() => ResidencyOptions.Parse(parsed.GetValue(memory), parsed.GetRequiredValue(pin), parsed.GetValue(loads))),
            })
        {
            TrainingData = parsed.GetValue(training),
            TrainingBudget = Read(() => TrainingBudget.Parse(parsed.GetValue(steps), parsed.GetValue(batch), parsed.GetValue(parameters))),
        }));
        return command;
    }

    private static Option<string> Bound(string name, string what) => new(name) { Description = $"The most {what} that a training run may ask for; 0: no limit", HelpName = "N" };

    private static Option<int> Number(string name, string description)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && (number < 0 || number > EngineOptions.MostSlots))
                result.AddError($"{name} must be 0 to {EngineOptions.MostSlots}, but is {token.Value}.");
        });
        return option;
    }

    private static T Read<T>(Func<T> options)
    {
        try
        {
            return options();
        }
        catch (FormatException e)
        {
            throw new BadUsageException(e.Message);
        }
    }
}
