using System.Text.Json;
using OnePeace.Files;

namespace OnePeace.Training.Runs;

/// <summary>What a stage did, as JSON lines beside its checkpoints. Lines after a checkpoint are forgotten on resuming: they will come again, with the same numbers.</summary>
internal sealed class HistoryFile(string path)
{
    private readonly List<HistoryLine> _waiting = [];

    public void Add(HistoryLine line) => _waiting.Add(line);

    /// <summary>Appends what came since the last time, on disk when it returns. Where it throws, the file may end in a torn line, and nothing is written behind it.</summary>
    public void Flush()
    {
        if (_waiting.Count == 0) return;
        HistoryLine[] lines = [.. _waiting];
        _waiting.Clear();
        using var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        Write(stream, lines);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Forgets lines after a step, and one that was torn.</summary>
    public void Rewind(long step)
    {
        if (!File.Exists(path)) return;
        var kept = TrainingHistory.ReadLines(path).Where(line => line.Step <= step).ToList();
        DurableFile.Write(path, stream => Write(stream, kept));
    }

    private static void Write(Stream stream, IEnumerable<HistoryLine> lines)
    {
        foreach (var line in lines)
        {
            JsonSerializer.Serialize(stream, line, HistoryJson.Default.HistoryLine);
            stream.WriteByte((byte)'\n');
        }
    }
}
