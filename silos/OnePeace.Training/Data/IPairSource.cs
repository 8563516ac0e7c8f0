using System.Globalization;
using OnePeace.Modalities;

namespace OnePeace.Training.Data;

/// <summary>One pair as it is stored: what two or more modalities say of the same thing.</summary>
/// <param name="Id">Its name in messages.</param>
/// <param name="Inputs">Encoded inputs by modality.</param>
public sealed record StoredPair(string Id, IReadOnlyDictionary<string, RawInput> Inputs);

/// <summary>Pairs on disk. An index is in memory; what pairs hold is read when it is asked for. Thread-safe.</summary>
public interface IPairSource : IDisposable
{
    int Count { get; }

    /// <summary>Pairs of one group mean the same, so they never share a batch, where one would count as the other's wrong answer.</summary>
    string Group(int index);

    /// <summary>Where a pair is stored, for people, such as <c>line 8 of train.jsonl</c>.</summary>
    string Place(int index);

    /// <summary>Reads one pair.</summary>
    /// <exception cref="BadPairException">It is damaged or lacks an input: the others are not.</exception>
    /// <exception cref="LostDataException">The data set is not there any more, or cannot be read.</exception>
    ValueTask<StoredPair> ReadAsync(int index, CancellationToken cancellation);
}

/// <summary>One pair of a data set cannot be used. The message says which and why.</summary>
public sealed class BadPairException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The pair's name, where it is known.</summary>
    public string? Id { get; init; }
}

/// <summary>A data set cannot be read any more, or not in time: nothing can be said of its pairs.</summary>
public sealed class LostDataException : IOException
{
    private LostDataException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    /// <summary>A file cannot be read, or its folder not be looked into.</summary>
    internal static LostDataException Of(string path, Exception inner)
    {
        if (File.Exists(path)) return new($"{path} is there, but cannot be read: {inner.Message} Mend its disk or its permissions, and start again.", inner);
        if (inner is not UnauthorizedAccessException && Directory.Exists(Path.GetDirectoryName(path)))
            return new($"The data set at {path} was there when it was opened, but is gone now: bring it back, and start again.", inner);
        return new($"The folder {Path.GetDirectoryName(path)}, of which the data set names '{Path.GetFileName(path)}', is not there or may not be entered: bring it back, mend its permissions, or take its pairs out of the data set, and start again.", inner);
    }

    /// <summary>An input was not prepared in time.</summary>
    internal static LostDataException TooSlow(string pair, string modality, TimeSpan most) => new(string.Create(CultureInfo.InvariantCulture,
        $"Pair '{pair}': its {modality} was tried twice, but not prepared within {most.TotalSeconds:0.#} s or its modality's own limit. Start again when the machine is less busy; where it always takes that long, make the input smaller or take the pair out of the data set."));
}
