using System.Text.Json.Serialization;

namespace OnePeace.Training.Objectives;

/// <summary>Whose features a prediction of the other modality's hidden tokens must find.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Teacher>))]
public enum Teacher
{
    /// <summary>Those of the other modality alone.</summary>
    [JsonStringEnumMemberName("alone")]
    Alone,

    /// <summary>Those of both modalities in one joint sequence.</summary>
    [JsonStringEnumMemberName("joint")]
    Joint,
}

/// <summary>What a step minimises: a weighted sum of losses. A weight of 0 means that nothing is computed for it. Defaults are the official stage 2's.</summary>
public sealed record PairLossOptions
{
    // Settable, and not only when it is made: the generated deserialiser would set what JSON leaves out to zero.
    /// <summary>Weight of the contrastive loss between both sides.</summary>
    public double Contrastive { get; set; } = 1;

    /// <summary>Weight of the denoising loss of the pivot's own masked pass.</summary>
    public double PivotAlone { get; set; }

    /// <summary>Weight of the denoising loss of the other modality's own masked pass.</summary>
    public double OtherAlone { get; set; } = 1;

    /// <summary>Weight of the pivot's denoising loss in the joint masked pass.</summary>
    public double PivotJoint { get; set; } = 0.5;

    /// <summary>Weight of the other modality's denoising loss in the joint masked pass.</summary>
    public double OtherJoint { get; set; } = 0.5;

    public Teacher TeacherOfOtherAlone { get; set; } = Teacher.Joint;

    /// <summary>What the similarities of denoising losses are multiplied by.</summary>
    public double DenoisingLogitScale { get; set; } = 2.5;

    /// <summary>Of denoising losses.</summary>
    public double LabelSmoothing { get; set; } = 0.1;

    /// <summary>Whether the contrastive loss gives its gradient only to what searches, not to what is found, as officially.</summary>
    public bool DetachCandidates { get; set; } = true;

    /// <summary>Whether the pivot's own unmasked pass has no gradient even where its weights train. It never has one where nothing of it trains.</summary>
    public bool FreezePivotPass { get; set; }

    /// <summary>Whether a joint pass is asked for.</summary>
    public bool Joins => PivotJoint > 0 || OtherJoint > 0;

    /// <summary>Whether any masked pass is asked for, so that a decoder is needed.</summary>
    public bool Denoises => Joins || PivotAlone > 0 || OtherAlone > 0;
}
