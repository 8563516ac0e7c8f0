using System.Diagnostics;

namespace OnePeace.GrainStorage.Tests;

public sealed class CrashTests : StorageFolder
{
    private const int Acknowledged = 400, Kills = 3;

    [Fact(Timeout = 120_000)]
    public async Task A_process_killed_while_it_writes_loses_nothing_that_it_acknowledged()
    {
        for (var kill = 0; kill < Kills; kill++)
        {
            var told = await WriteUntilKilledAsync();
            Assert.True(told.Values.Sum() >= Acknowledged);
            await using var storage = await OpenStorage.AtAsync(Database);
            foreach (var (key, number) in told)
                Assert.InRange((await storage.ReadAsync(key)).State.Value, number, number + 1);   // one more may have been on its way
        }
    }

    /// <summary>What each writer told last.</summary>
    private async Task<Dictionary<string, long>> WriteUntilKilledAsync()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(CrashTests).Assembly.Location);
        start.ArgumentList.Add(CrashingWriter.Argument);
        start.ArgumentList.Add(Database);
        using var process = Process.Start(start)!;
        var told = new Dictionary<string, long>();
        try
        {
            for (var lines = 0; await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line; lines++)
            {
                if (lines == Acknowledged) process.Kill();   // SIGKILL; what it wrote before is still read
                if (line.Split(' ') is [var key, var number] && long.TryParse(number, out var value)) told[key] = value;
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
        return told;
    }
}
