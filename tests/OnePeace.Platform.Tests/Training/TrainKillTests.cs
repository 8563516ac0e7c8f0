using System.Diagnostics;
using OnePeace.Platform.Tests.Processes;

namespace OnePeace.Platform.Tests.Training;

/// <summary><c>onepeace train</c> killed in the middle: whatever it was doing, the same command ends with the same bytes.</summary>
public sealed class TrainKillTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 20, Steps = 24, Terminate = 15, End = 9;

    private readonly TemporaryFolder _folder = new();
    private TimeSpan _opening;   // from taking the folder to the next checkpoint

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Twenty_kills_at_random_moments_change_no_byte_of_the_outcome()
    {
        var project = new TrainProject(_folder);
        project.Save(TrainProject.Recipe(Steps));
        var all = Stopwatch.StartNew();
        (await CommandRun.OfAsync(project.Command("whole"))).ShouldSucceed();
        var expected = project.Hashes("whole");
        var random = new Random(7);
        int kills = 0, runs = 0, torn = 0, opened = 0, resumed = 0;
        for (; kills < Kills; runs++)
        {
            var name = $"killed{runs}";
            for (var inRun = 0; inRun < Kills / 2 && kills < Kills; inRun++)
            {
                var (from, more, inFile, inOpening) = (Written(name), random.Next(1, 5), random.Next(2) == 0, kills % 3 == 1);   // the others measure how long an opening takes
                var (late, early) = (TimeSpan.FromMilliseconds(random.Next(40)), _opening * random.NextDouble());
                Func<Process, Task> moment = inOpening ? process => OpeningAsync(process, name, early) : process => MomentAsync(process, name, from, more, inFile, late);
                if (await project.InterruptAsync(name, End, moment) == -1) break;
                kills++;
                torn += Leftovers(name);
                if (!inOpening || Written(name) != from) continue;
                opened++;
                if (from > 0) resumed++;
            }
            if (!Directory.Exists(_folder[name])) (await CommandRun.OfAsync(project.Command(name))).ShouldSucceed();
            Assert.Equal(expected, project.Hashes(name));
            Assert.Equal(0, Leftovers(name));
        }
        output.WriteLine($"{kills} kills in {runs} runs, {torn} of them in the middle of a file; {all.Elapsed.TotalSeconds:0} s");
        output.WriteLine($"{opened} of them between taking the folder and a first checkpoint (of late {_opening.TotalMilliseconds:0} ms), {resumed} of these with a checkpoint to take up");
        Assert.Equal(Kills, kills);
        Assert.True(torn > 0, "no kill came while a file was being written");
        Assert.True(resumed > 0, "no kill came while a run was taking up what a killed one left");
    }

    [Fact]
    public async Task A_signal_stops_it_after_a_checkpoint_and_says_how_to_go_on()
    {
        var project = new TrainProject(_folder);
        project.Save(TrainProject.Recipe(steps: 400));
        var code = await project.InterruptAsync("stopped", Terminate, process => MomentAsync(process, "stopped", 0, 1, inFile: false, TimeSpan.Zero));
        Assert.Equal(1, code);
        Assert.Contains("training was stopped; the same command goes on", project.LastError);
        Assert.DoesNotContain("unexpected", project.LastError);
        Assert.False(Directory.Exists(_folder["stopped"]));
        Assert.True(File.Exists(Path.Combine(_folder["stopped.run"], "01-meet", "report.html")));
    }

    /// <summary>Some time after a process took the run's folder; before that it touches no file of the run.</summary>
    private async Task OpeningAsync(Process process, string name, TimeSpan early)
    {
        while (!Holds(process, Path.Combine(_folder[$"{name}.run"], "run.lock")) && !process.HasExited) await Task.Delay(1);
        await Task.Delay(early);
    }

    /// <summary>Some checkpoints later, and then while a file is being written, or after a while.</summary>
    private async Task MomentAsync(Process process, string name, long from, int more, bool inFile, TimeSpan late)
    {
        await OpeningAsync(process, name, TimeSpan.Zero);
        var clock = Stopwatch.StartNew();
        while (Written(name) == from && !process.HasExited) await Task.Delay(1);
        _opening = clock.Elapsed;
        while (Written(name) < from + more && !process.HasExited) await Task.Delay(1);
        if (!inFile) await Task.Delay(late);
        else await Task.Run(() => { while (Leftovers(name) == 0) Thread.SpinWait(100); }).WaitAsync(TimeSpan.FromSeconds(1)).ContinueWith(_ => { });
    }

    /// <summary>Whether a process has a file open, as Linux tells.</summary>
    private static bool Holds(Process process, string path)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{process.Id}/fd").Any(open => new FileInfo(open).LinkTarget == path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;   // it has just begun, or ended
        }
    }

    /// <summary>The newest checkpoint's step; those of a later stage count on.</summary>
    private long Written(string name) => Entries(name, "checkpoint-*.safetensors")
        .Select(path => long.Parse(Path.GetFileNameWithoutExtension(path)["checkpoint-".Length..]) + (path.Contains("02-again") ? Steps : 0)).DefaultIfEmpty(0).Max();

    private int Leftovers(string name) => Entries(name, "*.tmp").Length;

    private string[] Entries(string name, string pattern)
    {
        try
        {
            return Directory.GetFileSystemEntries(_folder[$"{name}.run"], pattern, SearchOption.AllDirectories);
        }
        catch (IOException)
        {
            return [];   // not there yet, or renamed meanwhile
        }
    }
}
