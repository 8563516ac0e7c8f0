using OnePeace.Engine.Devices;
using static TorchSharp.torch;

namespace OnePeace.Engine.Tests.Devices;

public sealed class DeviceSlotsTests
{
    [Theory]
    [InlineData(1, false, 1, 1)]
    [InlineData(2, false, 2, 1)]
    [InlineData(2, true, 1, 1)]
    [InlineData(1, true, 1, 1)]
    [InlineData(8, false, 8, 1)]
    [InlineData(16, false, 8, 2)]
    [InlineData(64, true, 8, 7)]
    public void A_processor_is_a_slot_until_there_are_many_and_one_is_left_to_training(int processors, bool trains, int slots, int threads) =>
        Assert.Equal(new DeviceSlots(slots, threads), DeviceSlots.For(new EngineOptions { LeavesProcessorToTraining = trains }, CPU, processors));

    [Theory]
    [InlineData(1, 0, 1, 4)]
    [InlineData(3, 2, 3, 2)]
    [InlineData(0, 4, 1, 4)]
    [InlineData(0, 2, 2, 2)]
    [InlineData(0, 9, 1, 9)]
    public void What_is_asked_for_goes(int slots, int threads, int expectedSlots, int expectedThreads) =>
        Assert.Equal(new DeviceSlots(expectedSlots, expectedThreads), DeviceSlots.For(new EngineOptions { Slots = slots, TorchThreads = threads }, CPU, 4));

    [Fact]
    public void A_deterministic_slot_has_one_thread() => Assert.Equal(new DeviceSlots(8, 1), DeviceSlots.For(new EngineOptions { Deterministic = true, TorchThreads = 4, Slots = 8 }, CPU, 64));

    [Fact]
    public void A_gpu_has_one_slot() => Assert.Equal(new DeviceSlots(1, 1), DeviceSlots.For(new EngineOptions(), new Device("cuda:0"), 64));
}
