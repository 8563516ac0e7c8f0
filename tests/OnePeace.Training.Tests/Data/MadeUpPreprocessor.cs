using OnePeace.Modalities;

namespace OnePeace.Training.Tests.Data;

/// <summary>Prepares inputs as a test says.</summary>
internal sealed class MadeUpPreprocessor(Func<RawInput, CancellationToken, Task<PreparedInput>> prepare) : IPreprocessor
{
    public MadeUpPreprocessor(Func<RawInput, Task<PreparedInput>> prepare) : this((input, _) => prepare(input))
    {
    }

    public static PreparedInput Square(int side) => new([new InputField("values", HostTensor.Create(new float[side * side], side, side))], side + 1);

    public async ValueTask<PreparedInput> PrepareAsync(RawInput input, CancellationToken cancellation) => await prepare(input, cancellation);
}
