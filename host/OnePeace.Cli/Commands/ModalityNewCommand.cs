using System.CommandLine;
using System.Text.Json.Nodes;
using OnePeace.Cli.Authoring;
using OnePeace.Cli.Outputs;
using OnePeace.Engine.Packages;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace modality new</c>: a project that works, for an author to edit.</summary>
internal static class ModalityNewCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "The modality's name: lower-case letters, digits and '_', starting with a letter" };
        var output = new Option<string?>("--out") { Description = "The folder to write; must not exist, or be empty; by default NAME", HelpName = "DIR" };
        var json = SharedOptions.Json();
        var command = new Command("new", "Writes a project that works: a plugin with samples and tests, to be edited into yours") { name, output, json };
        command.SetAction(parsed =>
        {
            var modality = parsed.GetRequiredValue(name);
            ModalityTemplate.CheckName(modality);
            var folder = parsed.GetValue(output) ?? modality;
            var version = ModalityTemplate.Write(modality, folder);
            var package = $"{modality}-{ModalityProject.Open(folder).Version}.opm";
            string[] next =
            [
                $"(cd {folder} && dotnet test --project tests)",
                $"onepeace modality pack {folder}",
                $"onepeace modality verify {package}",
                $"onepeace modality add {package}",
            ];
            var asJson = parsed.GetValue(json);
            var facts = new JsonObject { ["directory"] = folder, ["name"] = modality, ["packages"] = version };
            if (asJson) facts["next"] = new JsonArray([.. next.Select(line => JsonValue.Create(line))]);
            Report.Print(asJson, facts);
            if (asJson) return;
            Console.Out.WriteLine($"next, when you have read {Path.Combine(folder, "README.md")}:");
            foreach (var line in next) Console.Out.WriteLine($"  {line}");
        });
        return command;
    }
}
