namespace OnePeace.Modalities.Testing.Tests.Plugins;

/// <summary>Preprocessors with one fault each.</summary>
public abstract class BrokenPreprocessor(Func<RawInput, CancellationToken, ValueTask<PreparedInput>> prepare) : GoodModality
{
    protected static readonly GoodPreprocessor Good = new();

    public override IPreprocessor CreatePreprocessor(ModalityOptions options) => new Preprocessor(prepare);

    private sealed class Preprocessor(Func<RawInput, CancellationToken, ValueTask<PreparedInput>> prepare) : IPreprocessor
    {
        public ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation) => prepare(input, cancellation);
    }
}

/// <summary>A field that counts how often inputs were prepared.</summary>
public class CountsCalls() : BrokenPreprocessor(async (input, cancellation) =>
{
    var prepared = await Good.PrepareAsync(input, cancellation);
    return prepared with { Fields = [.. prepared.Fields, new InputField("calls", HostTensor.Create([(long)Interlocked.Increment(ref _calls)], 1))] };
})
{
    private static int _calls;
}

/// <summary>All inputs go through one buffer.</summary>
public class SharesABuffer() : BrokenPreprocessor(async (input, cancellation) =>
{
    _buffer = input.Bytes;
    await Task.Delay(5, cancellation);
    return await Good.PrepareAsync(new RawInput(_buffer), cancellation);
})
{
    private static ReadOnlyMemory<byte> _buffer;
}

/// <summary>It prepares whether or not anybody waits.</summary>
public class IgnoresCancellation() : BrokenPreprocessor((input, _) => Good.PrepareAsync(input, CancellationToken.None));

/// <summary>It trusts what it reads.</summary>
public class TrustsLengths() : BrokenPreprocessor((input, cancellation) =>
    input.Bytes.Length > 5 && input.Bytes.Span[0] > 127 ? throw new IndexOutOfRangeException() : Good.PrepareAsync(input, cancellation));

/// <summary>Its refusals tell where the host keeps its files.</summary>
public class TellsPaths() : BrokenPreprocessor((input, cancellation) =>
    input.Bytes.Length == 0 ? throw new InvalidInputException(InputFault.Unusable, "Nothing could be read from '/var/lib/host/upload.tmp'.") : Good.PrepareAsync(input, cancellation));

/// <summary>It takes three seconds over nothing.</summary>
public class TakesLong() : BrokenPreprocessor(async (input, cancellation) =>
{
    if (input.Bytes.Length == 0) await Task.Delay(TimeSpan.FromSeconds(3), cancellation);
    return await Good.PrepareAsync(input, cancellation);
});

/// <summary>It waits for ever where there is nothing.</summary>
public class NeverReturns() : BrokenPreprocessor((input, cancellation) =>
{
    if (input.Bytes.Length == 0) Thread.Sleep(Timeout.Infinite);
    return Good.PrepareAsync(input, cancellation);
});

/// <summary>What is no beat becomes no number.</summary>
public class PreparesNaN() : BrokenPreprocessor((input, cancellation) =>
{
    var bytes = input.Bytes.Span;
    if (bytes.Length is 0 or > GoodPreprocessor.Most || !bytes.ContainsAnyExceptInRange<byte>(0, 127)) return Good.PrepareAsync(input, cancellation);
    float[] values = [.. bytes.ToArray().Select(b => b > 127 ? float.NaN : (b / 64f) - 1)];
    var beats = new InputField("beats", HostTensor.Create(values, values.Length, 1));
    return ValueTask.FromResult(new PreparedInput([beats, LineAdaptor.PaddingMask(values.Length + 1)], values.Length + 1));
});

/// <summary>It cuts what is too long, where it is to refuse it.</summary>
public class CutsSilently() : BrokenPreprocessor((input, cancellation) =>
    Good.PrepareAsync(new RawInput(input.Bytes.Span.SequenceEqual(BeatProject.TooLong) ? input.Bytes[..1] : input.Bytes), cancellation));
