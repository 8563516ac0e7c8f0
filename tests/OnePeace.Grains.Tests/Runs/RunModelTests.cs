using OnePeace.Contracts.Runs;

namespace OnePeace.Grains.Tests.Runs;

/// <summary>Models of runs are read where they lie.</summary>
public sealed class RunModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("onepeace-runs-").FullName;
    private readonly ScriptedTrainer _trainer = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_model_of_the_last_stage_that_is_done_is_listed_and_read_in_parts()
    {
        await using var silo = await TrainingSilo.StartAsync(_folder, _trainer);
        await silo.SubmitAsync("a");
        await silo.UntilAsync("a", RunState.Published);
        Assert.Equal(RunFaultKind.Conflict, (await silo.Run("a").ModelAsync()).Fault!.Kind);   // trained without leaving one

        var content = new byte[(2 << 20) + 77];
        new Random(1).NextBytes(content);
        var modality = Directory.CreateDirectory(Path.Combine(_folder, "runs", "a", "01-smell", "model", "modalities"));
        File.WriteAllBytes(Path.Combine(modality.FullName, "weights"), content);
        File.WriteAllText(Path.Combine(modality.Parent!.FullName, "config.json"), "{}");
        var model = (await silo.Run("a").ModelAsync()).Model!;
        Assert.Equal([new RunFile("config.json", 2), new RunFile("modalities/weights", content.Length)], model.Files);

        var files = silo.Files(model.Worker);
        var read = new List<byte>();
        while (await files.ReadAsync("a", $"{model.Folder}/modalities/weights", read.Count) is { Bytes.Length: > 0 } chunk) read.AddRange(chunk.Bytes);
        Assert.Equal(content, read);
        Assert.Null(await files.ReadAsync("a", $"{model.Folder}/nothing", 0));
        await Assert.ThrowsAsync<ArgumentException>(() => files.ReadAsync("a", "../../grains.db", 0));
        await Assert.ThrowsAsync<ArgumentException>(() => files.ReadAsync("..", "grains.db", 0));
    }

    [Fact]
    public async Task A_run_that_nobody_began_has_no_model_and_one_whose_worker_is_away_says_so()
    {
        await using var silo = await TrainingSilo.StartAsync(_folder, trainer: null);
        Assert.Equal(RunFaultKind.NotFound, (await silo.Run("a").ModelAsync()).Fault!.Kind);
        await silo.SubmitAsync("a");
        Assert.Equal(RunFaultKind.Conflict, (await silo.Run("a").ModelAsync()).Fault!.Kind);
        await silo.Run("a").TakeAsync("another silo");
        Assert.Equal(RunFaultKind.Unavailable, (await silo.Run("a").ModelAsync()).Fault!.Kind);
        Assert.Null(await silo.Files("another silo").ReadAsync("a", "01-smell/model/config.json", 0));
    }
}
