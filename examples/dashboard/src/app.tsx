import { useQuery } from '@apollo/client/react';
import { Route, Switch } from 'wouter';
import { CampaignPage } from './campaign/campaign-page';
import { CampaignsPage } from './campaigns/campaigns-page';
import { CreatePage } from './form/create-page';
import { EditPage } from './form/edit-page';
import { problemOf } from './gateway/problem';
import { GatewayDocument } from './generated/operations';
import { ConnectionBanner } from './header/connection-banner';
import { Header } from './header/header';
import { SignIn } from './header/sign-in';
import { Empty } from './ui/states';

/** All pages. */
export function App() {
  const { error } = useQuery(GatewayDocument);
  const isSignedOut = error !== undefined && problemOf(error).code === 'UNAUTHENTICATED';
  return (
    <>
      <Header />
      <ConnectionBanner />
      <main id="main" tabIndex={-1}>
        {isSignedOut ? <SignIn /> : <Pages />}
      </main>
    </>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/">
        <CampaignsPage />
      </Route>
      <Route path="/new">
        <CreatePage />
      </Route>
      <Route path="/campaigns/:sid">{({ sid }) => <CampaignPage key={sid} sid={sid} />}</Route>
      <Route path="/campaigns/:sid/edit">{({ sid }) => <EditPage key={sid} sid={sid} />}</Route>
      <Route>
        <Empty title="There is no such page" />
      </Route>
    </Switch>
  );
}
