/* Colours and measures of the page: for a telephone, and for the night. */

#include "plugin/report_html.h"

#include <stddef.h>

const char *const report_html_phases[] = { "dns", "connect", "tls", "greeting",
	"ehlo", "starttls", "auth", "envelope", "quit", NULL };

/* Text on its ground has a contrast of 4.5 at least, in both schemes. */
const char report_html_style[] =
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:1rem;max-width:60rem;background:#fff;"
    "color:#1b1f24;font:16px/1.45 system-ui,sans-serif;"
    "overflow-wrap:anywhere}\n"
    "h1{font-size:1.4rem;margin:0 0 .3rem}\n"
    "h2{font-size:1.05rem;margin:0;font-weight:600}\n"
    "p{margin:.3rem 0}\n"
    "article{background:#f3f5f7;border-left:.4rem solid #1e6b34;"
    "border-radius:.3rem;padding:.6rem .8rem;margin:.6rem 0}\n"
    "h2 b{display:inline-block;background:#1e6b34;color:#fff;"
    "border-radius:.2rem;padding:0 .4rem;font-size:.85rem;margin-right:.3rem}\n"
    ".s1{border-color:#855300}.s1 h2 b{background:#855300}\n"
    ".s2{border-color:#b3261e}.s2 h2 b{background:#b3261e}\n"
    ".s3{border-color:#5b4a8a}.s3 h2 b{background:#5b4a8a}\n"
    ".hint{font-style:italic}\n"
    ".facts,.legend,header p{color:#4a5159;font-size:.9rem}\n"
    ".old{background:#b3261e;color:#fff!important;padding:.5rem;"
    "font-weight:700}\n"
    ".bar{display:flex;height:.7rem;background:#dde2e7;"
    "border-radius:.2rem;overflow:hidden;margin:.4rem 0}\n"
    ".bar i{display:block;min-width:1px}\n"
    ".legend span{white-space:nowrap;margin-right:.6rem}\n"
    ".legend i{display:inline-block;width:.8rem;height:.8rem;"
    "border-radius:.15rem;margin-right:.25rem;vertical-align:-.05rem}\n"
    ".p0{background:#6b7fd7}.p1{background:#2a9d8f}.p2{background:#e0803c}"
    ".p3{background:#8d99ae}.p4{background:#b56aa8}.p5{background:#4f9d4a}"
    ".p6{background:#d1495b}.p7{background:#a0792e}.p8{background:#5c7c94}\n"
    "@media(prefers-color-scheme:dark){"
    "body{background:#14171a;color:#e8eaed}article{background:#1f2428}"
    ".facts,.legend,header p{color:#b3bac2}.bar{background:#363d44}}\n";
