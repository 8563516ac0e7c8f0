namespace OnePeace.GrainStorage.Tests;

/// <summary>The process that the crash test kills: writers that count upwards, and tell each number once the storage has taken it.</summary>
internal static class CrashingWriter
{
    public const string Argument = "--crashing-writer";
    public const int Writers = 8;

    public static async Task RunAsync(string path)
    {
        await using var storage = await OpenStorage.AtAsync(path);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => CountAsync(storage, $"{writer}")));
    }

    private static async Task CountAsync(OpenStorage storage, string key)
    {
        var state = await storage.ReadAsync(key);
        while (true)
        {
            state.State.Value++;
            await storage.WriteAsync(state, key);
            Console.WriteLine($"{key} {state.State.Value}");   // the console writes each line through at once
        }
    }
}
