namespace OnePeace.Training.Optimisation;

/// <summary>Which learning rate an update has.</summary>
public interface ILearningRateSchedule
{
    /// <param name="update">From 0.</param>
    double Rate(long update);
}
