namespace LusEdge.Training.Report;

/// <summary>
/// The appearance of the page on light screens, dark screens and paper. Charts are drawn in black and get the page's colours
/// here.
/// </summary>
internal static class HtmlStyle
{
    /// <summary>
    /// The style sheet. Lines have Okabe and Ito's colours, which the colour-blind can distinguish; on dark pages, the two dark
    /// ones are lighter.
    /// </summary>
    public const string Css = """
        :root {
          --ink: #1c1c1e; --paper: #fff; --soft: #5b5f66; --line: #d5d8dc; --stripe: #f5f6f8; --warn: #a30000;
          --warn-paper: #fdecec; --c1: #0072B2; --c2: #D55E00;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ink: #e8e8ea; --paper: #17181b; --soft: #a4a9b1; --line: #3a3d43; --stripe: #1f2125; --warn: #ffb0a8;
            --warn-paper: #3a1715; --c1: #56B4E9; --c2: #F0915A;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 76rem; color: var(--ink); background: var(--paper);
          font: 16px/1.5 system-ui, sans-serif;
        }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: 1.2rem 0 .6rem; }
        h2 { font-size: 1.35rem; margin: 2.6rem 0 .6rem; padding-top: .6rem; border-top: 2px solid var(--line); }
        h3 { font-size: 1.1rem; margin: 1.8rem 0 .4rem; }
        p { max-width: 48rem; margin: .6rem 0; }
        a { color: var(--c1); }
        .disclaimer, .notice {
          max-width: none; padding: .7rem 1rem; border: 2px solid var(--warn); border-radius: .4rem; color: var(--warn);
          background: var(--warn-paper); font-weight: 600;
        }
        nav ol { columns: 2; column-gap: 2.5rem; max-width: 48rem; padding-left: 1.4rem; }
        .wide { overflow-x: auto; margin: 1rem 0; }
        table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
        caption { text-align: left; font-weight: 600; padding-bottom: .35rem; }
        th, td { padding: .28rem .7rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
        thead th { border-bottom: 2px solid var(--soft); vertical-align: bottom; }
        tbody th { font-weight: 500; }
        td { overflow-wrap: break-word; }
        tbody tr:nth-child(even) { background: var(--stripe); }
        .gallery { display: flex; flex-wrap: wrap; gap: 1.2rem; margin: 1rem 0; align-items: flex-start; }
        figure { margin: 0; flex: 1 1 21rem; max-width: 33rem; }
        figcaption { font-size: .86rem; color: var(--soft); margin-top: .3rem; }
        figure > svg, figure > img { width: 100%; height: auto; display: block; }
        .chart text { font-family: "DejaVu Sans", Verdana, sans-serif; white-space: normal; }
        .chart text:not([fill]) { fill: var(--ink); }
        .chart [stroke="black"], .chart [stroke="#010101"] { stroke: var(--ink); }
        .chart [stroke="#0072B2"] { stroke: var(--c1); } .chart [fill="#0072B2"] { fill: var(--c1); }
        .chart [stroke="#D55E00"] { stroke: var(--c2); } .chart [fill="#D55E00"] { fill: var(--c2); }
        @page { margin: 15mm; }
        @media print {
          :root {
            --ink: #000; --paper: #fff; --soft: #444; --line: #bbb; --stripe: #f4f4f4; --warn: #a30000; --warn-paper: #fff;
            --c1: #0072B2; --c2: #D55E00;
          }
          body { padding: 0; max-width: none; font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          .wide { overflow: visible; }
          table { font-size: 7.4pt; width: 100%; }
          th, td { padding: .15rem .3rem; }
          h2, h3, caption { break-after: avoid; }
          figure, tr, .notice, .disclaimer { break-inside: avoid; }
          figure { flex: 1 1 44%; max-width: 49%; }
          thead { display: table-header-group; }
          a { color: inherit; text-decoration: none; }
        }
        """;
}
