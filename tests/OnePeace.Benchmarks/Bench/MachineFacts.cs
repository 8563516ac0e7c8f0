using System.Globalization;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace OnePeace.Benchmarks.Bench;

/// <summary>Where and with what figures were made.</summary>
internal static class MachineFacts
{
    public static readonly string[] Columns = ["fact", "value"];

    public static IEnumerable<object[]> Of(BenchRun run)
    {
        var shape = run.Source.Shape;
        yield return ["processor", Line("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString()];
        yield return ["processors", Environment.ProcessorCount];
        yield return ["load average before", File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown"];
        yield return ["system", RuntimeInformation.OSDescription];
        yield return [".NET", RuntimeInformation.FrameworkDescription];
        yield return ["torch", $"{__version__} (TorchSharp {typeof(Tensor).Assembly.GetName().Version?.ToString(3)})"];
        yield return ["torch threads", run.Threads];
        yield return ["model", string.Create(CultureInfo.InvariantCulture, $"{run.Source.Name}: width {shape.Width}, {shape.Layers} layers, {shape.Heads} heads, experts of {shape.ExpertWidth}")];
        yield return ["engine and server compute in", run.Meaning(run.DataTypes[0])];
        foreach (var type in run.DataTypes.Where(type => run.Meaning(type) != type)) yield return [$"{type} is", run.Meaning(type)];
        yield return ["measures", string.Create(CultureInfo.InvariantCulture, $"{run.Options.Repeats} of {run.Options.Window.TotalSeconds:0.##} s or more, taken in turn; medians, which lie from .. to with 95 % (least and most where there are fewer than six)")];
    }

    /// <summary>The same in a line.</summary>
    public static string Brief(BenchRun run) => $"{run.Source.Name}, {run.Meaning(run.DataTypes[0])}, torch threads: {run.Threads}, {run.Options.Repeats} repeats; {Line("/proc/cpuinfo", "model name") ?? "processor unknown"}";

    private static string? Line(string file, string name) =>
        File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':')[1].Trim() : null;
}
