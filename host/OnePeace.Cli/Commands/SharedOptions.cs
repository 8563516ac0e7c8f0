using System.CommandLine;

namespace OnePeace.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class SharedOptions
{
    public static Option<string> Model() => new("--model") { Description = "A model directory or an official checkpoint (.pt)", HelpName = "M", Required = true };

    /// <summary>As <see cref="Model"/>, but the model that ships where it is not given.</summary>
    public static Option<string> ModelOrDemo()
    {
        var model = Model();
        model.Required = false;
        model.DefaultValueFactory = _ => DemoModel.Folder;
        model.Description += "; by default the small one that ships, which knows generated scenes";
        return model;
    }

    public static Option<string> Out(string formats) => new("--out") { Description = $"The file to write: {formats}", HelpName = "FILE", Required = true };

    public static Option<string> Data() => new("--data") { Description = "The folder for what has to outlive the process", HelpName = "DIR", DefaultValueFactory = _ => "data" };

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object instead of lines for people" };

    public static Option<string> Device() => new("--device") { Description = "auto, cpu, cuda or cuda:N", HelpName = "DEVICE", DefaultValueFactory = _ => "cpu" };

    public static Option<bool> Deterministic() => new("--deterministic") { Description = "Compute every input alone, so that its vector is the same to the bit whatever else is asked for; slower" };

    public static Option<string> DataType()
    {
        var type = new Option<string>("--dtype") { Description = "What to compute in: auto (bfloat16 on a GPU, and on a CPU that is faster with it; else float32), float32, bfloat16, or int8 (experts in int8 on a CPU, the rest as auto: less memory, less exact)", HelpName = "TYPE", DefaultValueFactory = _ => "auto" };
        type.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value is not ("auto" or "float32" or "bfloat16" or "int8")) result.AddError($"--dtype must be auto, float32, bfloat16 or int8, but is '{token.Value}'.");
        });
        return type;
    }
}
