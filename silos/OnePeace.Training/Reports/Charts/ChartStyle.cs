namespace OnePeace.Training.Reports.Charts;

/// <summary>Colours and letters of charts, for light and dark.</summary>
internal static class ChartStyle
{
    /// <summary>How many series have a colour of their own; further ones begin again.</summary>
    public const int Colours = 8;

    public const string Css = """
        :root { --page: #fcfcfb; --ink: #1b1b1a; --quiet: #62615d; --grid: #e6e5e0; --axis: #b9b8b2; --heat: #1f5fae; --chance: #8a3324;
          --s0: #2a78d6; --s1: #eb6834; --s2: #1baf7a; --s3: #b87d00; --s4: #d0568a; --s5: #0b7a0b; --s6: #4a3aa7; --s7: #d13a39; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #1a1a19; --ink: #f2f1ec; --quiet: #a9a8a1; --grid: #33322f; --axis: #5a5954; --heat: #7db4f5; --chance: #f0a48f;
            --s0: #3987e5; --s1: #e8743f; --s2: #24a97a; --s3: #d19a1d; --s4: #d9659a; --s5: #4fae4f; --s6: #9085e9; --s7: #e66767; } }
        .chart { max-width: 100%; height: auto; display: block; }
        .chart text { font: 12px system-ui, sans-serif; fill: var(--quiet); }
        .chart .head { font-size: 14px; font-weight: 600; fill: var(--ink); }
        .chart .value { fill: var(--ink); }
        .chart .on, .chart .page { fill: var(--page); }
        .chart .middle { text-anchor: middle; }
        .chart .end { text-anchor: end; }
        .chart .grid { stroke: var(--grid); stroke-width: 1; }
        .chart .axis { stroke: var(--axis); stroke-width: 1; }
        .chart .error { stroke: var(--ink); stroke-width: 1.5; }
        .chart .chance { stroke: var(--chance); stroke-width: 1.5; stroke-dasharray: 4 3; }
        .chart .series { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
        .chart .faint { fill: none; stroke-width: 1; stroke-opacity: 0.3; }
        .chart .heat { fill: var(--heat); shape-rendering: crispEdges; }
        .chart .frame { fill: none; stroke: var(--axis); }
        .chart .stroke0 { stroke: var(--s0); } .chart .stroke1 { stroke: var(--s1); } .chart .stroke2 { stroke: var(--s2); } .chart .stroke3 { stroke: var(--s3); }
        .chart .stroke4 { stroke: var(--s4); } .chart .stroke5 { stroke: var(--s5); } .chart .stroke6 { stroke: var(--s6); } .chart .stroke7 { stroke: var(--s7); }
        .chart .fill0 { fill: var(--s0); } .chart .fill1 { fill: var(--s1); } .chart .fill2 { fill: var(--s2); } .chart .fill3 { fill: var(--s3); }
        .chart .fill4 { fill: var(--s4); } .chart .fill5 { fill: var(--s5); } .chart .fill6 { fill: var(--s6); } .chart .fill7 { fill: var(--s7); }
        """;
}
