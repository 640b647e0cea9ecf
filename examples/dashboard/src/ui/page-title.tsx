import { type ReactNode, useEffect, useRef } from 'react';

let isFirst = true;

/** Heading of a page. After a navigation it gets the focus, so that a screen reader begins with it. */
export function PageTitle({ title, children }: { title: string; children?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isFirst) heading.current?.focus();
    isFirst = false;
  }, []);
  return (
    <div className="page-title">
      <title>{`${title} · Campaigns`}</title>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </div>
  );
}
