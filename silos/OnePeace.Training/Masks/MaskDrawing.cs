using OnePeace.Modalities;
using OnePeace.Training.Randomness;

namespace OnePeace.Training.Masks;

/// <summary>Draws what masked passes hide (ONE-PEACE, section 3.2; one_peace/data/pretrain_data): a pure function of its arguments.</summary>
/// <remarks>Counts are the official ones, but at least one token is hidden where there is one.</remarks>
public static class MaskDrawing
{
    private enum Pass : ulong
    {
        Alone,
        Joint,
    }

    /// <summary>Draws the masks of one input.</summary>
    /// <param name="masking">How much, and in what pieces.</param>
    /// <param name="input">Whose tokens.</param>
    /// <param name="passes">Which are wanted.</param>
    /// <param name="keys">What the draw depends on: seed, step, item, side.</param>
    public static DrawnMasks Draw(Masking masking, PreparedInput input, MaskedPasses passes, params ReadOnlySpan<ulong> keys)
    {
        Check(masking);
        var starts = Starts(input);
        var alone = passes.HasFlag(MaskedPasses.Alone) ? DrawBy(masking, masking.Ratio, starts, Generator(keys, Pass.Alone)) : null;
        var joint = !passes.HasFlag(MaskedPasses.Joint) ? null
            : alone is null || masking.BlockLength > 1 ? DrawBy(masking, masking.JointRatio, starts, Generator(keys, Pass.Joint))
            : Complement(alone, Count(starts.Length, masking.JointRatio), Generator(keys, Pass.Joint));
        return new DrawnMasks(Place(alone, input.Tokens), Place(joint, input.Tokens));
    }

    /// <exception cref="InvalidDataException">A share or a length is out of range.</exception>
    public static void Check(Masking masking)
    {
        foreach (var ratio in new[] { masking.Ratio, masking.JointRatio })
        {
            if (ratio is not (> 0 and < 1)) throw new InvalidDataException($"The share of tokens that masking hides must be between 0 and 1, but is {ratio:g}.");
        }
        if (masking.BlockLength < 1 || masking.BlockAdjust is not (>= 0 and <= 1) || (masking.BlockLength > 1 && masking.WholeUnits))
            throw new InvalidDataException($"Masking hides blocks of 1 token or more, by a share adjusted by 0 to 1, or whole units, but it is set to blocks of {masking.BlockLength}, adjusted by {masking.BlockAdjust:g}{(masking.WholeUnits ? ", of whole units" : "")}.");
    }

    /// <exception cref="InvalidDataException">The preprocessor's unit starts do not fit its tokens.</exception>
    public static void Check(PreparedInput input)
    {
        if (input.UnitStarts is not { } starts) return;
        if (starts.Count >= input.Tokens || (starts.Count > 0 && !starts[0]))
            throw new InvalidDataException($"Of an input of {input.Tokens:N0} tokens with CLS, at most {input.Tokens - 1:N0} may be in units, and the first begins one, but the preprocessor says it of {starts.Count:N0}: correct {nameof(PreparedInput.UnitStarts)}.");
    }

    /// <summary>Which of the tokens that may be hidden begin a unit.</summary>
    private static bool[] Starts(PreparedInput input)
    {
        Check(input);
        return input.UnitStarts is { } starts ? [.. starts] : [.. Enumerable.Repeat(true, input.Tokens - 1)];
    }

    private static SplitMix64 Generator(ReadOnlySpan<ulong> keys, Pass pass) => new([.. keys, (ulong)pass]);

    private static bool[] DrawBy(Masking masking, double ratio, bool[] starts, SplitMix64 random)
    {
        if (masking.WholeUnits) return Units(starts, ratio, random);
        var count = Count(starts.Length, ratio);
        return masking.BlockLength > 1
            ? Blocks(starts.Length, count, (int)(starts.Length * ((ratio + masking.BlockAdjust) / masking.BlockLength)), masking.BlockLength, random)
            : Complement(new bool[starts.Length], count, random);
    }

    private static int Count(int tokens, double ratio) => Math.Clamp((int)(tokens * ratio), Math.Min(1, tokens), tokens);

    /// <summary>Hides tokens that <paramref name="hidden"/> does not, as far as there are enough, then others.</summary>
    private static bool[] Complement(bool[] hidden, int count, SplitMix64 random)
    {
        var complement = new bool[hidden.Length];
        Toggle(complement, [.. Positions(hidden, false)], count, random);
        Toggle(complement, [.. Positions(hidden, true)], count - complement.Count(on => on), random);
        return complement;
    }

    private static bool[] Units(bool[] starts, double ratio, SplitMix64 random)
    {
        int[] units = [.. Positions(starts, true)];
        var hidden = new bool[starts.Length];
        Toggle(hidden, units, (int)MathF.Ceiling(units.Length * (float)ratio), random);   // in single precision, as officially
        for (var at = 1; at < hidden.Length; at++)
        {
            if (!starts[at]) hidden[at] = hidden[at - 1];
        }
        return hidden;
    }

    /// <summary>Runs around random centres, then single tokens more or fewer, so that every input of a length hides as many.</summary>
    private static bool[] Blocks(int tokens, int count, int centres, int length, SplitMix64 random)
    {
        var hidden = new bool[tokens];
        for (var block = 0; block < centres; block++)
        {
            var first = random.Next(tokens) - (length / 2);
            for (var at = first; at < first + length; at++)
                hidden[Math.Clamp(at, 0, tokens - 1)] = true;
        }
        var surplus = hidden.Count(on => on) - count;
        Toggle(hidden, [.. Positions(hidden, surplus > 0)], Math.Abs(surplus), random);
        return hidden;
    }

    /// <summary>Turns as many as <paramref name="count"/> of the <paramref name="positions"/> over.</summary>
    private static void Toggle(bool[] mask, int[] positions, int count, SplitMix64 random)
    {
        random.Shuffle(positions.AsSpan(), count);
        foreach (var position in positions.Take(count))
            mask[position] = !mask[position];
    }

    private static IEnumerable<int> Positions(bool[] mask, bool value) => Enumerable.Range(0, mask.Length).Where(at => mask[at] == value);

    /// <summary>Between CLS and special tokens at the end.</summary>
    private static bool[]? Place(bool[]? hidden, int tokens)
    {
        if (hidden is null) return null;
        var placed = new bool[tokens];
        hidden.CopyTo(placed, 1);
        return placed;
    }
}
