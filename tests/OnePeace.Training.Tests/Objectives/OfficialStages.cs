using OnePeace.Training.Objectives;
using OnePeace.Training.Parameters;

namespace OnePeace.Training.Tests.Objectives;

/// <summary>What the official stages train, and on which losses.</summary>
internal static class OfficialStages
{
    /// <summary>Text and pictures meet.</summary>
    public static PairLossOptions FirstLosses { get; } = new() { PivotAlone = 0.5, TeacherOfOtherAlone = Teacher.Alone };

    /// <summary>Another modality is aligned to text.</summary>
    public static PairLossOptions LaterLosses { get; } = new() { FreezePivotPass = true };

    public static TrainableParts Everything { get; } = new() { Core = true, Decoder = true, LogitScale = true, Others = ModalityParts.All };

    public static TrainableParts Aligning(string modality) => new()
    {
        Decoder = true,
        LogitScale = true,
        Modalities = new Dictionary<string, ModalityParts> { [modality] = ModalityParts.All },
    };
}
