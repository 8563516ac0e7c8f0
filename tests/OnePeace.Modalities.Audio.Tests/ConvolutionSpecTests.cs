namespace OnePeace.Modalities.Audio.Tests;

public class ConvolutionSpecTests
{
    [Fact]
    public void The_official_expression_is_seven_layers()
    {
        var layers = ConvolutionSpec.Parse(ConvolutionSpec.Default);

        Convolution[] expected = [new(512, 10, 5), new(512, 3, 2), new(512, 3, 2), new(512, 3, 2), new(512, 3, 2), new(512, 2, 2), new(512, 2, 2)];
        Assert.Equal(expected, layers);
    }

    [Fact]
    public void A_list_may_hold_several_layers_and_repeat_as_a_whole()
    {
        Convolution[] expected = [new(8, 10, 5), new(8, 3, 2), new(8, 10, 5), new(8, 3, 2), new(4, 2, 2)];
        Assert.Equal(expected, ConvolutionSpec.Parse(" [ (8,10,5), (8,3,2), ]*2+[(4,2,2,)] "));
    }

    [Theory]
    [InlineData(16000, 49)]
    [InlineData(240000, 749)]
    [InlineData(400, 1)]
    [InlineData(399, 0)]
    [InlineData(0, 0)]
    public void Frames_are_counted_as_the_convolutions_make_them(int samples, int frames) =>
        Assert.Equal(frames, ConvolutionSpec.Frames(ConvolutionSpec.Parse(ConvolutionSpec.Default), samples));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("[(512, 10)]")]
    [InlineData("[(512, 10, 0)]")]
    [InlineData("[(512, -10, 5)]")]
    [InlineData("[(512, 10, 5)] * 0")]
    [InlineData("[(512, 10, 5)] * 65")]
    [InlineData("[(512, 10, 5)] + ")]
    [InlineData("[(512, 10, 5)] - [(512, 3, 2)]")]
    [InlineData("__import__('os').system('id')")]
    [InlineData("[(99999999999, 10, 5)]")]
    public void Anything_else_is_refused_with_an_example(string spec)
    {
        var error = Assert.Throws<InvalidDataException>(() => ConvolutionSpec.Parse(spec));
        Assert.Contains(ConvolutionSpec.Default, error.Message, StringComparison.Ordinal);
    }
}
