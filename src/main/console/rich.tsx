import type { VNode } from 'preact';
import { ansi } from './ansi.ts';
import { markdown, type Node } from './markdown.ts';
import { app } from './state.ts';
import { visible } from './text.ts';
import { Plain } from './ui.tsx';

const LONGEST_MARKDOWN = 20_000;
const LONG_QUERY = 60;

function isUnsaid(shown: string, url: URL): boolean {
  return !shown.toLowerCase().includes(url.host.toLowerCase());
}

/** A link that a model or a tool wrote. Its host is always visible, and a long query asks first. */
function OutLink({ href, shown, children }: { href: string; shown: string; children: (VNode | string)[] }) {
  const url = new URL(href);
  const ask = (event: MouseEvent) => {
    if (url.search.length > LONG_QUERY || url.hash.length > LONG_QUERY || url.pathname.length > 200) {
      event.preventDefault();
      app.set({ leaving: href });
    }
  };
  return (
    <a href={href} target="_blank" rel="noreferrer noopener nofollow" onClick={ask} onAuxClick={ask}>
      {children}
      {isUnsaid(shown, url) && <span class="host"> ({url.host})</span>}
    </a>
  );
}

function inner(nodes: Node[]): (VNode | string)[] {
  return nodes.map((node, i) => show(node, i));
}

function flat(nodes: Node[]): string {
  return nodes.map((node) => ('text' in node ? node.text : 'inner' in node ? flat(node.inner) : '')).join('');
}

function show(node: Node, key: number): VNode | string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'break':
      return <br key={key} />;
    case 'code':
      return (
        <code key={key}>
          <Plain text={node.text} />
        </code>
      );
    case 'strong':
      return <strong key={key}>{inner(node.inner)}</strong>;
    case 'emphasis':
      return <em key={key}>{inner(node.inner)}</em>;
    case 'strike':
      return <s key={key}>{inner(node.inner)}</s>;
    case 'link':
      return (
        <OutLink key={key} href={node.href} shown={flat(node.inner)}>
          {inner(node.inner)}
        </OutLink>
      );
    case 'image':
      return (
        <span key={key} class="no-image">
          image not loaded{node.host === '' ? '' : ': ' + node.host}
          {node.alt === '' ? '' : ` “${node.alt}”`}
        </span>
      );
    case 'paragraph':
      return <p key={key}>{inner(node.inner)}</p>;
    case 'quote':
      return <blockquote key={key}>{inner(node.inner)}</blockquote>;
    case 'item':
      return <li key={key}>{node.inner.length === 1 && node.inner[0]!.kind === 'paragraph' ? inner(node.inner[0]!.inner) : inner(node.inner)}</li>;
    case 'list':
      return node.start === null ? (
        <ul key={key}>{inner(node.inner)}</ul>
      ) : (
        <ol key={key} start={node.start}>
          {inner(node.inner)}
        </ol>
      );
    case 'heading':
      return (
        <p key={key} class={'heading h' + node.level} role="heading" aria-level={Math.min(6, node.level + 2)}>
          {inner(node.inner)}
        </p>
      );
    case 'fence':
      return (
        <pre key={key} class="fence">
          <Plain text={node.text} />
        </pre>
      );
    case 'table':
      return (
        <div key={key} class="scroll-x">
          <table>
            <thead>
              <tr>
                {node.head.map((cell, i) => (
                  <th key={i}>{inner(cell)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {node.rows.map((row, i) => (
                <tr key={i}>
                  {row.map((cell, j) => (
                    <td key={j}>{inner(cell)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case 'rule':
      return <hr key={key} />;
  }
}

/** Text of a model as a document; as plain text if it is very long, or on request. */
export function Markdown({ text, raw }: { text: string; raw?: boolean }) {
  if (raw || text.length > LONGEST_MARKDOWN) {
    return (
      <pre class="raw">
        <Plain text={text} />
      </pre>
    );
  }
  return <div class="prose">{markdown(text).map((node, i) => show(node, i))}</div>;
}

/** What a program wrote to a terminal. Every character that cannot be seen is shown. */
export function Terminal({ text, raw }: { text: string; raw?: boolean }) {
  if (raw) {
    return <Plain text={text} />;
  }
  return (
    <>
      {ansi(text).map((span, i) => {
        const pieces = visible(span.text);
        const shown = pieces.length === 1 && !pieces[0]!.odd ? span.text : <Plain text={span.text} />;
        return span.style === '' ? (
          <span key={i}>{shown}</span>
        ) : (
          <span key={i} class={span.style} title={span.style === 'odd' ? 'The program overwrote what was here.' : undefined}>
            {shown}
          </span>
        );
      })}
    </>
  );
}
