namespace OnePeace.Modalities.Audio.Tests.Decoding;

/// <summary>A script in ffmpeg's place. By default it notes its folder, its own id and that of a child, then sleeps for a minute.</summary>
internal sealed class SlowProgram : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("onepeace-test-");

    public SlowProgram(string body = "sleep 60 & echo \"$PWD $$ $!\" > \"$seen.part\"; mv \"$seen.part\" \"$seen\"; wait")
    {
        Path = System.IO.Path.Combine(_folder.FullName, "program");
        File.WriteAllText(Path, $"#!/bin/sh\nseen='{Seen}'\n{body}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Path { get; }

    public string Seen => System.IO.Path.Combine(_folder.FullName, "seen");

    public async Task StartedAsync()
    {
        for (var n = 0; n < 500 && !File.Exists(Seen); n++) await Task.Delay(20);
    }

    public async Task AssertGoneAsync()
    {
        var seen = (await File.ReadAllTextAsync(Seen)).Split();
        Assert.False(Directory.Exists(seen[0]));
        foreach (var id in seen[1..3])
        {
            for (var n = 0; n < 100 && Runs(id); n++) await Task.Delay(20);
            Assert.False(Runs(id), $"Process {id} still runs.");
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>A zombie that its adopter has not reaped yet no longer runs.</summary>
    private static bool Runs(string id)
    {
        try
        {
            return !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ");
        }
        catch (IOException)
        {
            return false;
        }
    }
}
